import { FieldRef } from '@pothos/core';
import type { Warn } from '../../catalog/comment.ts';
import { ConfigError } from '../../config/variables.ts';
import { ident, join, sql } from '../../db/sql/sql.ts';
import { badInput } from '../../errors.ts';
import type { Builder } from '../builder.ts';
import { source } from '../fieldSource.ts';
import { declareMutation } from '../mutations/mutations.ts';
import { writeRows } from '../mutations/write.ts';
import type { Types } from '../types.ts';
import type { Extension, Tools } from './extension.ts';
import type { AddFields } from './fields.ts';
import { readRows } from './notation.ts';
import { createTables, MissingTable } from './table.ts';

/** An extension, and the file that it was imported from. */
export interface ExtensionModule {
  readonly file: string;
  readonly define: Extension;
}

/**
 * Runs the extensions on a schema that has everything else; throws a ConfigError that names the file of one that does not
 * fit. `warn` hears of those that are left out, since a table is not there.
 */
export function defineExtensions(
  builder: Builder,
  types: Types,
  extensions: readonly ExtensionModule[],
  warn: Warn,
): void {
  for (const { file, define } of extensions) {
    const named = namingFile(file);
    const parts: (() => void)[] = [];
    try {
      named(() => {
        const tools = createTools(builder, types, newFields(builder, named), (part) => void parts.push(part));
        const returned: unknown = define(tools);
        if (returned instanceof Promise) throw new Error('its function must not be async');
      });
    } catch (error) {
      if (!(error instanceof MissingTable)) throw error;
      warn(`The extension ${file} is left out: ${error.message}`);
      continue;
    }
    for (const part of parts) part();
  }
}

/** Every part waits until the whole module has run. */
function createTools(builder: Builder, types: Types, add: AddFields, onPart: (part: () => void) => void): Tools {
  return {
    table: createTables(builder, types, add, onPart),
    query: (fields) => onPart(() => builder.queryFields((t) => add('Query', () => fields(t))())),
    mutation: (fields) =>
      onPart(() => {
        declareMutation(builder);
        builder.mutationFields((t) => add('Mutation', () => fields(t))());
      }),
    builder,
    batch: (read) => ({ load: ({ loaders }, key, ...args) => loaders.custom(read, key, ...args) }),
    read: async (db, query, columns) => readRows(await db.rows(query), columns),
    write: async (context, query, columns) => readRows(await writeRows(context, query), columns),
    ...{ sql, ident, join, badInput },
  };
}

/** Marks the fields as an extension's. Pothos calls for them when it builds the schema, after all others of the type. */
const newFields =
  (builder: Builder, named: <T>(work: () => T) => T): AddFields =>
  (type, fields) =>
  () =>
    named(() => {
      const added = fields();
      const known = builder.configStore.getFields(type);
      const twice = Object.keys(added).find((name) => known.has(name));
      if (twice !== undefined) throw new Error(`${type} has a field "${twice}" already; call this one something else`);
      for (const field of Object.values(added))
        if (field instanceof FieldRef)
          field.updateConfig((config) => ({ ...config, extensions: { ...source('computed'), ...config.extensions } }));
      return added;
    });

const namingFile =
  (file: string) =>
  <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      if (error instanceof MissingTable || error instanceof ConfigError) throw error;
      throw new ConfigError([`EXTENSIONS: ${file}: ${error instanceof Error ? error.message : String(error)}`]);
    }
  };
