import type { Warn } from '../../catalog/comment.ts';
import { ident, join, sql } from '../../db/sql/sql.ts';
import { badInput } from '../../errors.ts';
import type { Builder } from '../builder.ts';
import { declareMutation } from '../mutations/mutations.ts';
import { writeRows } from '../mutations/write.ts';
import type { Types } from '../types.ts';
import type { Extension, Tools } from './extension.ts';
import { asExtension } from './fields.ts';
import { readRows } from './notation.ts';
import { createTables, MissingTable } from './table.ts';

/** An extension, and the file from which it was imported. */
export interface ExtensionModule {
  readonly file: string;
  readonly define: Extension;
}

/** Adds fields to the schema. */
type Part = () => void;

/**
 * Runs the extensions on a schema that is otherwise complete. `warn` is called for extensions that are left out because
 * a table does not exist.
 */
export function defineExtensions(
  builder: Builder,
  types: Types,
  extensions: readonly ExtensionModule[],
  warn: Warn,
): void {
  for (const { file, define } of extensions) {
    try {
      for (const add of partsOf(builder, types, define)) add();
    } catch (error) {
      if (!(error instanceof MissingTable)) throw error;
      warn(`The extension ${file} was not loaded: ${error.message}`);
    }
  }
}

/** Returns what a module adds to the schema. Nothing is added before the whole module has run. */
function partsOf(builder: Builder, types: Types, define: Extension): readonly Part[] {
  const parts: Part[] = [];
  let isRunning = true;
  const collect = (part: Part) => {
    if (!isRunning) throw new Error('A module must add its fields while its function runs, not later');
    parts.push(part);
  };
  const returned: unknown = define(createTools(builder, types, collect));
  isRunning = false;
  if (returned instanceof Promise) {
    returned.catch(() => {}); // the error below replaces its rejection
    throw new Error('The function of a module must not be async');
  }
  return parts;
}

function createTools(builder: Builder, types: Types, collect: (part: Part) => void): Tools {
  return {
    table: createTables(builder, types, collect),
    query: (fields) => collect(() => builder.queryFields((t) => asExtension(fields(t)))),
    mutation: (fields) =>
      collect(() => {
        declareMutation(builder);
        builder.mutationFields((t) => asExtension(fields(t)));
      }),
    builder,
    batch: (read) => ({ load: ({ loaders }, key, ...args) => loaders.custom(read, key, ...args) }),
    read: async (db, query, columns) => readRows(await db.rows(query), columns),
    write: async (context, query, columns) => readRows(await writeRows(context, query), columns),
    ...{ sql, ident, join, badInput },
  };
}
