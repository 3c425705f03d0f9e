import { setTimeout as wait } from 'node:timers/promises';
import { outcomeOf } from '../../support/outcome.ts';
import type { Attack, Target } from '../attack.ts';

const size = 4000;

const mutation = `mutation ($inputs: [CreateMarkInput!]!) {
  createMarks(inputs: $inputs, onConflict: { do: IGNORE, on: BATCH_N }) { createdCount }
}`;

const create = ({ ask }: Target, batch: string) =>
  outcomeOf(ask(mutation, { variables: { inputs: Array.from({ length: size }, (_, n) => ({ batch, n })) } }));

const countOf = async ({ database }: Target, batch: string) =>
  (await database.admin('select from events.mark where batch = $1', [batch])).length;

/** The server is killed while it creates many rows, and the client sends them again. */
export const bulkWrites: Attack = {
  name: 'bulk writes and SIGKILL',
  excuses: 'all',
  async run(target, signal) {
    const wrong: string[] = [];
    let [tried, failed] = [0, 0];
    for (; !signal.aborted; tried++) {
      const batch = crypto.randomUUID();
      const writing = create(target, batch);
      await wait(Math.random() * 300);
      await target.kill();
      const { isWhole } = await writing;
      if (!isWhole) failed++;
      const arrived = await countOf(target, batch);
      if (arrived !== size && (isWhole || arrived !== 0)) wrong.push(`${arrived} of ${size} rows arrived`);
      const { outcome } = await create(target, batch);
      const after = await countOf(target, batch);
      if (after !== size) wrong.push(`${after} of ${size} rows are there after they were sent again: ${outcome}`);
    }
    return { tried, failed, wrong };
  },
};
