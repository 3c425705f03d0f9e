import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Load, Outcome, Visit } from './target.ts';

const program = new URL('./clients.ts', import.meta.url).pathname;

/**
 * Loads a server from a separate process. Every answer that is not a 200, or has the wrong length, counts as a failure.
 * `begin` is awaited after all clients have connected and before the first request.
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
 * Returns how long a load must be for each connection to get two answers, at the speed of an earlier load: a server
 * that works on all requests at once answers none for a long time. At most ten times the wanted length.
 */
export const longEnough = ({ connections, seconds }: Load, seen: Pick<Outcome, 'perSecond'> | undefined): Load => ({
  connections,
  seconds: Math.min(10 * seconds, Math.max(seconds, (2 * connections) / (seen?.perSecond ?? 0))),
});
