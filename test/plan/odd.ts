import { readFile } from 'node:fs/promises';
import type { TestApiOptions } from '../support/api.ts';
import { createEmptyDatabase } from '../support/database.ts';
import { setUp } from '../support/setUp.ts';

const read = (path: string) => readFile(new URL(path, import.meta.url), 'utf8');

/** Sets up an API over the schema of oddities, with further ones for plans. */
export const setUpOdd = (config: NonNullable<TestApiOptions['config']> = {}) =>
  setUp({
    database: createEmptyDatabase,
    prepare: async (database) => {
      await database.admin(await read('../schema/oddities.sql'));
      await database.admin(await read('odd.sql'));
      await database.grantAll(database.connection, 'odd');
      await database.admin(`grant usage on schema elsewhere to ${database.connection.user}`);
    },
    schema: 'odd',
    config,
  });
