import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Load, Outcome, Visit } from './target.ts';

const program = new URL('./clients.ts', import.meta.url).pathname;

/**
 * Loads a server from a process of its own; every answer that is no 200, or not as long as it should be, counts as a
 * failure. `begin` is awaited when all clients are connected, before the first of them asks.
 */
export async function load(
  visits: readonly Visit[],
  how: Load,
  begin: () => Promise<unknown> = async () => {},
): Promise<Outcome> {
  const child = fork(program);
  child.send({ visits, ...how });
  await answerOf(child);
  await begin();
  child.send('begin');
  return (await answerOf(child)) as Outcome;
}

async function answerOf(child: ChildProcess): Promise<unknown> {
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`The clients ended with ${code}`)));
  ended.catch(() => {}); // it ends by itself once it has told what came of it
  const [message] = await Promise.race([once(child, 'message'), ended]);
  return message;
}

/**
 * How long a load has to be at least for each connection to be answered twice, at a speed that was seen before: a
 * server that works on all requests at once has answered none for long. Ten times as long as wanted at most.
 */
export const longEnough = ({ connections, seconds }: Load, seen: Pick<Outcome, 'perSecond'> | undefined): Load => ({
  connections,
  seconds: Math.min(10 * seconds, Math.max(seconds, (2 * connections) / (seen?.perSecond ?? 0))),
});
