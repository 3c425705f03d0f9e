import { afterAll, describe, expect, test } from 'vitest';
import { createDb, type Db } from '../../src/db/db.ts';
import { introspect } from '../../src/db/introspect/introspect.ts';
import { createPool } from '../../src/db/pool/pool.ts';
import { setUpDatabase } from '../support/setUp.ts';

const database = await setUpDatabase({
  prepare: 'create table events.left_hand (id int primary key); create table events.right_hand (id int primary key)',
});
const pool = createPool({
  ...{ ...database.connection, ssl: false, size: 1, connectTimeoutMs: 10_000, statementTimeoutMs: 20_000 },
  onError: () => {},
});
afterAll(() => pool.end());
const db = createDb(pool);

/** Wraps the database so that something happens before its nth statement. */
function interrupted(n: number, happen: () => Promise<unknown>): Db & { readonly statements: () => number } {
  let statements = 0;
  return {
    ...db,
    statements: () => statements,
    async rows(query) {
      if (++statements === n) await happen();
      return db.rows(query);
    },
  };
}

const change = (what: string) =>
  `begin; alter table events.left_hand ${what}; alter table events.right_hand ${what}; commit`;

describe('a migration while the catalog is read', () => {
  test('a migration is seen as a whole, whichever statement it coincides with', async () => {
    const quiet = interrupted(0, async () => {});
    const { digest } = await introspect(quiet, 'events');
    for (let n = 1; n <= quiet.statements(); n++) {
      const { catalog, ...after } = await introspect(
        interrupted(n, () => database.admin(change('add both_hands int'))),
        'events',
      );
      const hands = catalog.tables.filter(({ name }) => name.endsWith('_hand'));
      expect(hands.map(({ columns }) => columns.map(({ name }) => name))).toEqual([
        ['id', 'both_hands'],
        ['id', 'both_hands'],
      ]);
      expect(after.digest).not.toBe(digest);
      await database.admin(change('drop both_hands'));
    }
    expect((await introspect(db, 'events')).digest).toBe(digest);
  });

  test('repeated migrations do not delay the server forever', async () => {
    let column = 0;
    const restless: Db = {
      ...db,
      async rows(query) {
        await database.admin(`alter table events.left_hand add restless${++column} int`);
        return db.rows(query);
      },
    };
    await expect(introspect(restless, 'events')).rejects.toThrow('The schema "events" changed each of the 10 times');
  });
});
