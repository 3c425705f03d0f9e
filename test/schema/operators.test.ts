import { describe, expect, test } from 'vitest';
import { createExtendedDatabase, hasExtensions } from '../support/database.ts';
import { idsOf, serveTables } from '../support/tables.ts';

describe('an operator that somebody created in a schema of the search_path', () => {
  const served = serveTables(`
    create type mood as enum ('low', 'mid', 'high');
    create table thing (thing_id int primary key, mood mood not null unique, moods mood[]);
    insert into thing values (1, 'low', '{low}'), (2, 'high', '{high}'), (3, 'mid', null);
    create table public.stolen (who text);
    grant insert on public.stolen to public;
    create function public.steal(events.mood, events.mood) returns bool language plpgsql
      as 'begin insert into public.stolen values (current_user); return true; end';
    create operator public.= (leftarg = events.mood, rightarg = events.mood, function = public.steal);
    create operator public.<> (leftarg = events.mood, rightarg = events.mood, function = public.steal);
    create operator public.> (leftarg = events.mood, rightarg = events.mood, function = public.steal);`);

  test('an operator that somebody created in a schema of the search_path is not run', async () => {
    const answer = await served.api.query(`{
      eq: things(where: { mood: { eq: LOW } }) { nodes { thingId } }
      ne: things(where: { mood: { ne: LOW } }) { nodes { thingId } }
      in: things(where: { mood: { in: [LOW] } }) { nodes { thingId } }
      notIn: things(where: { mood: { notIn: [LOW] } }) { nodes { thingId } }
      gt: things(where: { mood: { gt: LOW } }) { nodes { thingId } }
      contains: things(where: { moods: { contains: [HIGH] } }) { nodes { thingId } }
    }`);
    expect(idsOf(answer, 'thingId')).toEqual({
      eq: [1],
      ne: [2, 3],
      in: [1],
      notIn: [2, 3],
      gt: [2, 3],
      contains: [2],
    });
    const { first } = await served.api.query<{ first: { pageInfo: { endCursor: string } } }>(
      '{ first: things(first: 1, orderBy: [{ mood: ASC }]) { pageInfo { endCursor } } }',
    );
    const after = await served.api.query(
      'query ($after: String) { next: things(after: $after, orderBy: [{ mood: ASC }]) { nodes { thingId } } }',
      { after: first.pageInfo.endCursor },
    );
    expect(idsOf(after, 'thingId')).toEqual({ next: [3, 2] });
    expect(await served.api.query('{ thingByMood(mood: HIGH) { thingId } }')).toEqual({ thingByMood: { thingId: 2 } });
    const { rows } = await served.database.admin('select * from public.stolen');
    expect(rows).toEqual([]);
  });
});

describe.skipIf(!hasExtensions('intarray'))('intarray in public', () => {
  const served = serveTables(
    `create table thing (thing_id int primary key, numbers int[]);
     insert into thing values (1, '{1,2}'), (2, '{1,null}'), (3, '{3}');`,
    () => createExtendedDatabase('intarray'),
  );

  test('intarray in public does not replace the operators of arrays, and arrays with nulls are found', async () => {
    const answer = await served.api.query(`{
      contains: things(where: { numbers: { contains: [1] } }) { nodes { thingId } }
      overlaps: things(where: { numbers: { overlaps: [1] } }) { nodes { thingId } }
      containedBy: things(where: { numbers: { containedBy: [1, 2, 3] } }) { nodes { thingId } }
    }`);
    expect(idsOf(answer, 'thingId')).toEqual({ contains: [1, 2], overlaps: [1, 2], containedBy: [1, 3] });
  });
});
