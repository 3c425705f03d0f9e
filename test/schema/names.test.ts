import { validateSchema } from 'graphql';
import { expect, test } from 'vitest';
import { readFingerprint } from '../../src/db/introspect/fingerprint.ts';
import { createEmptyDatabase } from '../support/database.ts';
import { setUp } from '../support/setUp.ts';

const { api } = await setUp({
  database: createEmptyDatabase,
  prepare: `
    create schema events;
    do $$ begin
      for n in 1..300 loop
        execute format('create table events.table_%s (
          table_%1$s_id int primary key, parent_id int references events.table_%s, code text not null unique,
          amount numeric, at timestamptz not null default now(), doc jsonb, tags text[])', n, greatest(1, n / 2));
        execute format('comment on table events.table_%s is %L', n, 'Table number ' || n);
      end loop;
      execute (select format('create table events.wide (wide_id int primary key, %s)', string_agg(
        format('column_%s %s', n, (array['int', 'text', 'timestamptz', 'numeric', 'jsonb'])[1 + n % 5]), ', '))
        from generate_series(1, 499) n);
    end $$;
    insert into events.table_1 values (1, null, 'root');
    insert into events.table_2 values (1, 1, 'child');
    insert into events.wide (wide_id, column_1, column_499) values (1, 'first', '{"last": true}')`,
});

test('300 tables and a table of 500 columns are served', async () => {
  const [built] = api.log.filter(({ msg }) => msg === 'Built the API from the catalog');
  expect(built).toMatchObject({ tables: 301 });
  expect(validateSchema(api.api.schema)).toEqual([]);
  const started = performance.now();
  expect(await readFingerprint(api.db, 'events')).toBe(api.api.introspection.fingerprint);
  const fingerprintMs = Math.round(performance.now() - started);
  console.log(
    `301 tables: catalog ${built?.['catalogMs']} ms, schema ${built?.['buildMs']} ms, fingerprint ${fingerprintMs} ms`,
  );
  const document = '{ table1(table1Id: 1) { code table2ListByParentId { nodes { code parent { code } } } } }';
  expect(await api.query(document)).toEqual({
    table1: { code: 'root', table2ListByParentId: { nodes: [{ code: 'child', parent: { code: 'root' } }] } },
  });
});

test('all of 500 columns can be requested, filtered and ordered by', async () => {
  const columns = Array.from({ length: 499 }, (_, i) => `column${i + 1}`);
  const document = `query ($where: WideWhere, $orderBy: [WideOrderBy!]) {
    wides(where: $where, orderBy: $orderBy) { nodes { wideId ${columns.join(' ')} } }
  }`;
  const { wides } = await api.query(document, {
    where: Object.fromEntries(columns.map((name) => [name, { isNull: name !== 'column1' && name !== 'column499' }])),
    orderBy: columns.map((name) => ({ [name]: 'DESC' })),
  });
  const nulls = Object.fromEntries(columns.map((name) => [name, null]));
  expect(wides).toEqual({ nodes: [{ ...nulls, wideId: 1, column1: 'first', column499: { last: true } }] });
});
