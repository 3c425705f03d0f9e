import { setTimeout as wait } from 'node:timers/promises';
import type { Attack, Target } from '../attack.ts';
import { writeMarks } from '../marks.ts';

const calmMs = 1500;
const noticedMs = 300;

/**
 * A backend that ends by SIGKILL takes all others along, as a crash does. Resolves when PostgreSQL has recovered: one
 * that is told to stop before that, 18.4 does not.
 */
async function crash({ database }: Target): Promise<void> {
  const [{ pid } = {}] = await database.admin<{ pid: number }>(
    'select pid from pg_stat_activity where usename = $1 limit 1',
    [database.connection.user],
  );
  if (pid) process.kill(pid, 'SIGKILL');
  await wait(noticedMs);
  await database.admin('select');
}

/** PostgreSQL is restarted and crashes in turn, while somebody writes. */
export const restarts: Attack = {
  name: 'restarts of PostgreSQL',
  excuses: 'soon',
  async run(target, signal) {
    const writing = writeMarks(target, signal);
    for (let n = 0; !signal.aborted; n++) {
      await (n % 2 === 0 ? target.database.restart() : crash(target));
      await wait(calmMs);
    }
    return writing;
  },
};
