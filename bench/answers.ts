import { isDeepStrictEqual } from 'node:util';
import type { BenchDatabase } from './database.ts';
import { cursorsOf, type Question, type Request } from './questions.ts';
import type { Server } from './servers.ts';
import { send, type Target } from './target.ts';

/** Number of a question's requests whose answers are compared; of the others only the length is recorded. */
const compared = 16;

/**
 * Returns the requests for each server that supports the question. Each request is sent twice before the load, so that
 * plans and caches are warm. Rejects if two servers' answers differ in more than how they write a time, a number or a
 * label. For a question that writes, it compares the rows in the table instead.
 */
export async function targetsOf(
  question: Question,
  servers: readonly Server[],
  database: BenchDatabase,
): Promise<ReadonlyMap<Server, readonly Target[]>> {
  const targets = new Map<Server, readonly Target[]>();
  const answers: (readonly [server: string, answer: unknown])[] = [];
  for (const server of servers) {
    const [first, ...others] = await requestsOf(question, server, database);
    if (!first) continue;
    await ask(first); // our server makes a plan on the second request, and a plan writes JSON columns as PostgreSQL does
    const known: Target[] = [];
    const datas: unknown[] = [];
    for (const target of [first, ...others]) {
      const isCompared = known.length < compared;
      if (isCompared && question.writes) await database.truncateReadings();
      const { data, bytes } = await ask(target);
      known.push({ ...target, answerBytes: bytes });
      if (isCompared) datas.push(question.writes ? await database.readings() : alike(data));
    }
    if (question.writes) await database.truncateReadings();
    targets.set(server, known);
    answers.push([server.name, datas]);
  }
  const [[first, expected] = [], ...others] = answers;
  for (const [name, answer] of others) {
    if (isDeepStrictEqual(answer, expected)) continue;
    const [mine, theirs] = [answer, expected].map((each) => JSON.stringify(each).slice(0, 600));
    throw new Error(`${question.name}: ${name} and ${first} differ:\n${mine}\n${theirs}`);
  }
  return targets;
}

/** Returns a question's requests for a server; none if the server does not support it. */
async function requestsOf(question: Question, server: Server, { facts }: BenchDatabase): Promise<readonly Target[]> {
  const cursors = question.after ? await ask(targetOf(server, cursorsOf(server.dialect, question.after))) : null;
  const edges = cursors ? (cursors.data as { rows: { edges: { cursor: string }[] } }).rows.edges : [];
  return facts.slice(0, question.variety).flatMap((fact, n) => {
    const request = question.request(server.dialect, fact, edges[n % edges.length]?.cursor ?? '');
    return request ? [targetOf(server, request, question)] : [];
  });
}

export function targetOf(
  { port, persisted, tokens }: Pick<Server, 'port' | 'persisted' | 'tokens'>,
  request: Request,
  question?: Question,
): Target {
  const url = `http://127.0.0.1:${port}/graphql`;
  if (!question?.persisted || !persisted) return { url, tokens, body: JSON.stringify(request) };
  const variables = encodeURIComponent(JSON.stringify(request.variables));
  return { url: `${url}/${question.name}?variables=${variables}`, tokens, body: null };
}

/** Sends a request, and resolves with the data and the length of the response; rejects if it has errors. */
export async function ask(target: Target): Promise<{ readonly data: unknown; readonly bytes: number }> {
  const answer = Buffer.from(await (await send(target)).arrayBuffer());
  const { data, errors } = JSON.parse(answer.toString()) as { data?: unknown; errors?: unknown };
  if (errors || !data)
    throw new Error(`${target.url} answered ${JSON.stringify(errors)} to ${target.body?.slice(0, 300)}`);
  return { data, bytes: answer.length };
}

function alike(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(alike);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value)
        .map(([name, item]) => [name, alike(item)] as const)
        .toSorted(([a], [b]) => (a < b ? -1 : 1)),
    );
  if (typeof value !== 'string') return value;
  // Other servers parse times with pg, to milliseconds; ours keeps the microseconds.
  if (/^\d{4}-\d{2}-\d{2}T/.test(value)) return Math.floor(Date.parse(value));
  return /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value.toUpperCase();
}
