import fc from 'fast-check';
import { buildSchema, validateSchema } from 'graphql';
import { expect, inject, test } from 'vitest';
import { printSdl } from '../../src/schema/print.ts';
import { createEmptyDatabase, createExtendedDatabase, hasExtensions, type TestDatabase } from '../support/database.ts';
import { patience } from '../support/property.ts';
import { extensions } from './builtins.ts';
import { type Coverage, missing, note, table } from './coverage.ts';
import { crawl } from './crawl.ts';
import { modelOf } from './ddl.ts';
import { createDice } from './dice.ts';
import { extendedFloors, floors } from './floors.ts';
import { createHost } from './host.ts';
import { createOracle } from './oracle.ts';
import { anySchema, type SchemaSpec } from './shapes.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Size and seed of `npm run hostile`. */
    readonly hostile?: { readonly schemas: number; readonly seed: number };
  }
}

const given = inject('hostile');
/** Everything that occurred, in both databases together. */
const coverage: Coverage = new Map();
let asked = 0;
let hasFailed = false;

/** Opens a database in which one schema after another is created and dropped. */
async function openPlace(database: TestDatabase, isExtended: boolean) {
  if (isExtended) {
    await database.admin('create schema ext');
    for (const name of extensions) await database.admin(`create extension ${name} schema ext`);
    await database.admin(`grant usage on schema ext to ${database.connection.user}`);
  }
  const host = createHost(database.connection);
  const oracle = await createOracle(database.connection);
  let number = 0;
  return {
    async look(spec: SchemaSpec): Promise<void> {
      const model = modelOf(spec, `hostile_${++number}`, database.connection.user, isExtended);
      try {
        await database.admin(model.ddl);
        for (const shape of model.shapes) note(coverage, 'shape', shape);
        for (const { kind } of model.relations) note(coverage, 'relation', kind);
        if (model.relations.length === 0) return;
        const schema = await host.serve(model.schema);
        expect(validateSchema(schema)).toEqual([]);
        expect(validateSchema(buildSchema(printSdl(schema)))).toEqual([]);
        await crawl({ schema, host, oracle, model, coverage, dice: createDice(spec.choices) });
        asked++;
        if (given && asked % 20 === 0) process.stderr.write(`${asked} schemas\n`);
      } catch (error) {
        const message = `${error instanceof Error ? error.message : error}\nin\n${model.ddl}`;
        // Finding a smaller schema with the same fault can take long.
        if (given && !hasFailed) process.stderr.write(`${message}\n`);
        hasFailed = true;
        throw new Error(message);
      } finally {
        await database.admin(`drop schema if exists ${model.schema} cascade`);
      }
    },
    async close() {
      await host.close();
      await oracle.end();
      await database.drop();
    },
  };
}

/** Number of schemas per database: a catalog in which many were created and dropped gets slow. */
const perDatabase = 500;

/** Options of the suite's run: a failure is shrunk and reported before the time limit. */
const limits = given ? {} : { interruptAfterTimeLimit: patience, markInterruptAsFailure: true };

async function lookAt(schemas: number, open: () => Promise<TestDatabase>, isExtended: boolean): Promise<void> {
  for (let done = 0; done < schemas; done += perDatabase) {
    const place = await openPlace(await open(), isExtended);
    try {
      const numRuns = Math.min(perDatabase, schemas - done);

      const property = fc.asyncProperty(anySchema, place.look);
      await fc.assert(property, {
        ...limits,
        numRuns,
        ...(given && { seed: given.seed + done + (isExtended ? given.schemas : 0) }),
      });
    } finally {
      await place.close();
    }
  }
}

const extended = hasExtensions(...extensions);
const timeout = given ? 2 ** 31 - 1 : 2 * patience;
const share = given ? Math.ceil(given.schemas / (extended ? 2 : 1)) : 10;

test('for any schema, the API and SQL agree', { timeout }, () => lookAt(share, createEmptyDatabase, false));

test.runIf(extended)('for any schema with extensions in another schema, the API and SQL agree', { timeout }, () =>
  lookAt(share, () => createExtendedDatabase(), true),
);

test('all shapes, types and operators occurred', () => {
  if (given) process.stderr.write(`${table(coverage)}\n`);
  expect(missing(coverage, [...floors, ...(extended ? extendedFloors : [])], asked)).toEqual([]);
});
