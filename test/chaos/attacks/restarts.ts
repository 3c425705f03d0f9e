import { setTimeout as wait } from 'node:timers/promises';
import type { Attack, Target } from '../attack.ts';
import { writeMarks } from '../marks.ts';

const calmMs = 1500;
const noticedMs = 300;

/**
 * Kills a backend with SIGKILL, which ends all others, as a crash does. Resolves when PostgreSQL has recovered: if it
 * is told to stop earlier, version 18.4 does not stop.
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

/** PostgreSQL restarts and crashes in turn, during writes. */
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
