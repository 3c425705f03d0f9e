import { expect, test } from 'vitest';
import { setUp } from '../support/setUp.ts';

/** A view whose rows fail with the requested SQLSTATE, and with every detail that an error can have. */
const failures = `
  create function events.fail(state text) returns text language plpgsql as $$ begin
    raise exception using errcode = state, message = 'said by the database', detail = 'hidden detail',
      hint = 'hidden hint', schema = 'hidden_schema', table = 'hidden_table', column = 'hidden_column',
      constraint = 'hidden_constraint', datatype = 'hidden_type';
  end $$;
  create table events.failure_state (state text primary key);
  create view events.failure as select state, events.fail(state) as text from events.failure_state;`;

/** At least one SQLSTATE of each error class. Source: PostgreSQL documentation, appendix "PostgreSQL Error Codes". */
const states = `
  03000 08006 08P01 09000 0A000 0B000 0F000 0L000 0P000 0Z000 20000 21000 22012 22P02 23502 23503 23505 23514 23P01
  24000 25006 25P02 26000 27000 28000 28P01 2B000 2D000 2F000 34000 38000 39000 3B000 3D000 3F000 40001 40P01 42501
  42601 42703 42804 42883 42P01 44000 53100 53300 54000 54001 55000 55P03 57014 57P01 58030 F0000 HV000 P0001 P0002
  XX000 XX001`
  .trim()
  .split(/\s+/);

const { api } = await setUp({
  prepare: async (database) => {
    await database.admin(failures);
    await database.admin('insert into events.failure_state select unnest($1::text[])', [states]);
    await database.grantAll(database.connection);
  },
});

const internals = /hidden|said by|events\.|select |\$1|\n\s+at |node_modules|\.[jt]s:\d|stack/i;

test.each(states)('an error with the SQLSTATE %s tells the client a code and nothing internal', async (state) => {
  const before = api.log.length;
  const { errors = [], data } = await api.send(
    'query ($state: String!) { failures(where: { state: { eq: $state } }) { nodes { text } } }',
    { state },
  );
  expect(data).toEqual({ failures: null });
  expect(errors).toHaveLength(1);
  const { code, id } = errors[0]?.extensions ?? {};
  // Errors of class 22 quote the client's own value, and P0001 is an owner's message to clients.
  const answer = JSON.stringify(errors);
  expect(/^(22|P0001)/.test(state) ? answer.replace('said by the database', '') : answer).not.toMatch(internals);
  expect(code).toMatch(/^[A-Z_]+$/);
  // The log has the details that the client does not get, except those that may quote a row.
  const logged = JSON.stringify(api.log.slice(before));
  for (const part of ['said by the database', 'hidden hint', state, 'events.fail']) expect(logged).toContain(part);
  expect(logged).not.toContain('hidden detail');
  if (code === 'INTERNAL_SERVER_ERROR') expect(logged).toContain(id);
  else expect(id).toBeUndefined();
});
