import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { Connection } from './connection.ts';
import type { Load, Outcome, Target, Visit } from './target.ts';

/**
 * A process of clients that loads a server as its parent says. Each client begins at another place in the list of
 * visits, so that if the list is long enough no two send the same request at the same time. At the end, requests in
 * progress are awaited.
 */
interface Job extends Load {
  readonly visits: readonly Visit[];
}

const [{ visits, connections, seconds }] = (await once(process, 'message')) as [Job];
const callers = Math.max(1, visits[0]?.[0]?.tokens?.length ?? 0);
const encodedFor = (caller: number) =>
  visits.map((visit) => visit.map((target) => ({ request: encode(target, caller), bytes: target.answerBytes })));
const encoded = Array.from({ length: callers }, (_, caller) => encodedFor(caller));
const latencies: number[] = [];
let failures = 0;
let isOver = false;

const clients = await Promise.all(
  Array.from({ length: connections }, () =>
    Promise.all((visits[0] ?? []).map(({ url }) => Connection.open(Number(new URL(url).port)))),
  ),
);
process.send?.('connected');
await once(process, 'message');
const started = performance.now();
const firstOf = (client: number) => Math.floor((client * visits.length) / connections);
const done = Promise.all(clients.map((own, client) => pay(own, encoded[client % callers] ?? [], firstOf(client))));
await wait(seconds * 1000);
isOver = true;
const perSecond = latencies.length / ((performance.now() - started) / 1000);
await done;
latencies.sort((a, b) => a - b);
const [p50 = Number.NaN, p99 = Number.NaN] = [0.5, 0.99].map((part) => latencies[Math.floor(part * latencies.length)]);
const outcome: Outcome = { requests: latencies.length, perSecond, p50, p99, failures };
process.send?.(outcome, () => process.exit());

async function pay(own: Connection[], ownVisits: (typeof encoded)[number], first: number): Promise<void> {
  for (let n = first; !isOver; n++) {
    const visit = ownVisits[n % ownVisits.length] ?? [];
    const asked = performance.now();
    const answers = await Promise.all(visit.map(({ request }, i) => own[i]?.ask(request)));
    latencies.push(performance.now() - asked);
    const isRight = answers.every(
      (answer, i) => answer?.status === 200 && (visit[i]?.bytes ?? answer.bytes) === answer.bytes,
    );
    if (!isRight) failures++;
  }
}

function encode({ url, body, tokens = [] }: Target, caller: number): Buffer {
  const token = tokens[caller];
  const { pathname, search, host } = new URL(url);
  const head = [
    `${body === null ? 'GET' : 'POST'} ${pathname}${search} HTTP/1.1`,
    `host: ${host}`,
    'content-type: application/json',
    'accept: application/json',
    ...(token === undefined ? [] : [`authorization: Bearer ${token}`]),
    ...(body === null ? [] : [`content-length: ${Buffer.byteLength(body)}`]),
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body ?? ''}`);
}
