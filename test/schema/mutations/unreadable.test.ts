import { DatabaseError } from 'pg';
import { afterAll, expect, test } from 'vitest';
import { nameCatalog } from '../../../src/catalog/naming.ts';
import { createDb } from '../../../src/db/db.ts';
import { createPool } from '../../../src/db/pool/pool.ts';
import { explainUnreadable } from '../../../src/schema/mutations/unreadable.ts';
import { catalog, column, table, type } from '../../support/catalogs.ts';
import { setUpDatabase } from '../../support/setUp.ts';

const { connection } = await setUpDatabase();

const pool = createPool({
  ...connection,
  ssl: false,
  size: 1,
  connectTimeoutMs: 10_000,
  statementTimeoutMs: 20_000,
  onError: () => {},
});
afterAll(() => pool.end());

const path = table('path', ['id', column('route', { type: type('jsonpath') })]);
const names = nameCatalog({ catalog: catalog([path]), names: new Map(), arrivals: new Map() }, []);
const cause = Object.assign(new DatabaseError('syntax error', 0, 'error'), { code: '42601' });

/** Returns the fields that an error of a row with this route is blamed on, if any. */
async function blamed(route: string, signal?: AbortSignal): Promise<unknown> {
  const values = new Map([['route', route]]);
  const db = createDb(pool).within({ signal });
  const error = await explainUnreadable({ names }, db, { table: path, verb: 'create', values }, cause);
  return error?.extensions['fields'];
}

test('a field is blamed for an error only if PostgreSQL refuses its text', async () => {
  expect(await blamed('$.')).toEqual(['route']);
  expect(await blamed('$.a')).toBeUndefined();
  expect(await blamed('$.a', AbortSignal.abort(new Error('The time is over')))).toBeUndefined();
});
