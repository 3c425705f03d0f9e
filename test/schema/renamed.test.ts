import { expect, test } from 'vitest';
import { createEmptyDatabase } from '../support/database.ts';
import { setUp } from '../support/setUp.ts';

const { api } = await setUp({
  database: createEmptyDatabase,
  prepare: `
    create schema events;
    create type events.level as enum ('通知', '警告', 'on hold');
    comment on type events.level is E'How bad it is.\\n@name "on hold" held\\n@deprecated 警告 say 通知';
    create table events."größe" ("größe_id" int primary key, "höhe" int, level events.level);
    create table events.teil (teil_id int primary key, "größe_id" int references events."größe", länge int);
    comment on column events.teil.länge is '@name length';
    insert into events."größe" values (1, 3, '通知'), (2, 4, 'on hold')`,
});
test('names of any script are spelt out, and a directive names what has no comment', async () => {
  const document = '{ gr_u00F6_u00DF_eList { nodes { gr_u00F6_u00DF_eId h_u00F6_he level } } }';
  expect(await api.query(document)).toEqual({
    gr_u00F6_u00DF_eList: {
      nodes: [
        { gr_u00F6_u00DF_eId: 1, h_u00F6_he: 3, level: 'u901A_u77E5' },
        { gr_u00F6_u00DF_eId: 2, h_u00F6_he: 4, level: 'HELD' },
      ],
    },
  });
});

/** Documents from before these letters were kept in names, with the hints that each now gets. */
test.each([
  ['{ grEs { nodes { grEId } } }', ['"grEs" is now called "gr_u00F6_u00DF_eList".']],
  ['{ __typename ...F } fragment F on GrE { hHe }', ['"GrE" is now called "Gr_u00F6_u00DF_E".']],
  ['{ gr_u00F6_u00DF_e(grEId: 1) { hHe } }', ['"grEId" is now', '"hHe" is now called "h_u00F6_he".']],
  ['{ gr_u00F6_u00DF_eList(where: { level: { eq: _ } }) { totalCount } }', ['"_" is now called "u8B66_u544A".']],
  ['{ gr_u00F6_u00DF_eList(where: { level: { eq: _2 } }) { totalCount } }', ['"_2" is now called "u901A_u77E5".']],
  ['{ gr_u00F6_u00DF_eList(where: { level: { eq: ON_HOLD } }) { totalCount } }', ['"ON_HOLD" is now called "HELD".']],
  ['{ gr_u00F6_u00DF_eList(where: { hHe: { eq: 1 } }) { totalCount } }', ['"hHe" is now called']],
  ['query ($w: GrEWhere) { gr_u00F6_u00DF_eList(where: $w) { totalCount } }', ['"GrEWhere" is now called']],
  [
    '{ teils { nodes { lNge l_u00E4_nge grE { __typename } } } }',
    ['"lNge" is now called "length".', '"l_u00E4_nge" is now called "length".'],
  ],
])('an old name is answered with the new one: %s', async (document, told) => {
  const { errors = [], status } = await api.send(document);
  const messages = errors.map(({ message }) => message).filter((message) => message.includes('now called'));
  expect(status).toBe(400);
  for (const part of told) expect(messages.join('\n')).toContain(part);
});

test('the id of a row outlives the name of its type', async () => {
  const id = Buffer.from(JSON.stringify(['GrE', '1'])).toString('base64url');
  expect(await api.query('query ($id: ID!) { node(id: $id) { __typename id } }', { id })).toEqual({
    node: { __typename: 'Gr_u00F6_u00DF_E', id: expect.not.stringMatching(id) },
  });
});

test('a label may be deprecated', async () => {
  expect(
    await api.query('{ __type(name: "Level") { enumValues(includeDeprecated: true) { name deprecationReason } } }'),
  ).toEqual({
    __type: {
      enumValues: [
        { name: 'u901A_u77E5', deprecationReason: null },
        { name: 'u8B66_u544A', deprecationReason: 'say 通知' },
        { name: 'HELD', deprecationReason: null },
      ],
    },
  });
});
