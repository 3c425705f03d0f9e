import { setTimeout as wait } from 'node:timers/promises';
import { outcomeOf } from '../../support/outcome.ts';
import { type Attack, repeat } from '../attack.ts';

const counts = Array.from(
  { length: 400 },
  (_, n) => `a${n}: events(where: { payload: { contains: { n: ${n} } } }) { totalCount }`,
).join(' ');

/** Repeats two requests, in turn 400 slow counts and a list of a table whose lock a migration holds. */
export const starvation: Attack = {
  name: 'starvation',
  async run({ ask, database }, signal) {
    const locked = (async () => {
      while (!signal.aborted) {
        await database.admin('begin; lock table events.device; select pg_sleep(2); rollback');
        await wait(500);
      }
    })();
    const result = await repeat(signal, 2, async (n) => {
      const query = n % 2 === 0 ? `{ ${counts} }` : '{ devices(first: 10) { nodes { serial } } }';
      return (await outcomeOf(ask(query))).isWhole;
    });
    await locked;
    return result;
  },
};
