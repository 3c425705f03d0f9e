import { expect, test } from 'vitest';
import { makeHypertables } from '../support/engines.ts';
import { setUp } from '../support/setUp.ts';

/** A table like TimescaleDB's hypertables: its rows are in inheriting tables, here with one in the served schema. */
const { api } = await setUp({
  prepare: async (database) => {
    await database.admin(`
      create table events.sample (at timestamptz, sample_id bigint generated always as identity, value real, primary key (at, sample_id));
      create index on events.sample (sample_id);
      create schema _timescaledb_internal;
      create table _timescaledb_internal._hyper_1_1_chunk () inherits (events.sample);
      create table events._hyper_1_2_chunk () inherits (events.sample);
      insert into _timescaledb_internal._hyper_1_1_chunk values ('2026-01-01', 1, 1.5);
      insert into events._hyper_1_2_chunk values ('2026-02-01', 2, 2.5);
      create table events.old (at timestamptz, body text);
      create table _timescaledb_internal._hyper_2_3_chunk () inherits (events.old);
      insert into _timescaledb_internal._hyper_2_3_chunk select '2026-01-01', n from generate_series(1, 30) n;
      analyze`);
    await database.grantAll(database.connection);
    await makeHypertables(database, { sample: { isCompressed: false }, old: { isCompressed: true } }, [
      '_hyper_1_2_chunk',
    ]);
  },
});

test('a hypertable is one table with keys, lookups, mutations and a tail; its chunks are not tables', async () => {
  const { schema } = api.api;
  expect(Object.keys(schema.getQueryType()?.getFields() ?? {}).filter((name) => /sample|chunk/i.test(name))).toEqual([
    ...['sample', 'samples', 'samplesAggregate', 'samplesGroupedAggregate'],
  ]);
  expect(Object.keys(schema.getMutationType()?.getFields() ?? {})).toEqual(
    expect.arrayContaining(['createSample', 'updateSample', 'deleteSample']),
  );
  expect(Object.keys(schema.getSubscriptionType()?.getFields() ?? {})).toContain('samplesAdded');
  expect(
    await api.query(
      '{ samples { nodes { value } totalCount approximateCount } sample(at: "2026-02-01T00:00:00Z", sampleId: 2) { value } }',
    ),
  ).toEqual({
    samples: { nodes: [{ value: 1.5 }, { value: 2.5 }], totalCount: 2, approximateCount: 2 },
    sample: { value: 2.5 },
  });
});

test('compressed chunks are read without physical positions, and their estimated counts are not used', async () => {
  expect(await api.query('{ olds(first: 2) { nodes { body } totalCount approximateCount } }')).toMatchObject({
    olds: { nodes: [{}, {}], totalCount: 30, approximateCount: null },
  });
  expect(api.statements.join('\n')).not.toMatch(/ctid|reltuples/);
});
