import { expect, test } from 'vitest';
import { createEmptyDatabase } from '../support/database.ts';
import { setUp } from '../support/setUp.ts';
import { createTwoWays, differenceOf } from '../support/twoWays.ts';

const { api } = await setUp({
  database: createEmptyDatabase,
  prepare: `
    create schema events;
    create extension hstore;
    create table events.job (job_id int primary key, pairs hstore, many hstore[]);
    insert into events.job values (1, 'a=>1', array['a=>1'::hstore])`,
});
const ask = createTwoWays(api);

test.each(['pairs: { eq: $pairs }', 'pairs: { in: [$pairs] }', 'many: { contains: [$pairs] }'])(
  'a value that is no hstore is an error of the field with the filter: %s',
  async (filter) => {
    const text = `query ($pairs: JSON!) { jobs(where: { ${filter} }) { __typename nodes { jobId } } }`;
    for (const [pairs, errors] of [
      [{ a: '1' }, 0],
      ['text', 1],
      [{ a: '2' }, 0],
    ] as const) {
      const answers = await ask({ text, variables: { pairs } });
      expect({ pairs, difference: differenceOf(answers) }).toEqual({ pairs, difference: null });
      expect(answers.planned.errors).toHaveLength(errors);
    }
  },
);
