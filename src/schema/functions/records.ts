import type { Table } from '../../catalog/catalog.ts';
import type { DbFunction, RowMember } from '../../catalog/dbFunction.ts';
import type { Row } from '../../db/sql/row.ts';
import type { Builder } from '../builder.ts';
import type { ColumnForms } from '../columnForms.ts';
import { described } from '../description.ts';
import { generatedLeaf } from '../generated.ts';
import { leafField } from '../leafField.ts';
import type { RowRef } from '../lists/edge.ts';
import { memoised } from '../memoised.ts';
import type { SchemaBase } from '../schemaBase.ts';

/** Returns the object type of the rows that a function returns, if they belong to no table. */
export type RecordOf = (fn: DbFunction) => RowRef;

/**
 * Creates the object types of composite types and of the columns that functions return, each when it is first needed.
 */
export const createRecords = (builder: Builder, base: SchemaBase, forms: ColumnForms): RecordOf =>
  memoised((fn) => defineRecord(builder, base, forms, fn), base.names.record);

function defineRecord(builder: Builder, base: SchemaBase, forms: ColumnForms, fn: DbFunction): RowRef {
  const { columns } = recordTable(fn);
  const names = base.names.members(columns);
  const named = new Map(columns.map((column, i) => [names[i] ?? column.name, column]));
  const ref = builder.objectRef<Row>(base.names.record(fn));
  ref.implement({
    description: descriptionOf(base, fn),
    fields(t) {
      const fields = Object.fromEntries(
        [...named].map(([name, column]) => {
          const leaf = base.leaf(column);
          const read = generatedLeaf({ kind: 'column', columns: [column.name] }, leaf, {
            get: (row: Row) => row[column.name],
          });
          return [name, leafField(t, leaf, { description: described(null, column.name, name), nullable: true, read })];
        }),
      );
      return { ...fields, ...forms(t, named, fields) };
    },
  });
  return ref;
}

/** Returns the columns of a function's rows; a single value is the column `value`. */
function membersOf({ result }: DbFunction): readonly RowMember[] {
  if (result.kind === 'record') return result.members;
  return result.kind === 'value' ? [{ name: 'value', type: result.type }] : [];
}

function descriptionOf({ catalog }: SchemaBase, { name, result }: DbFunction): string | undefined {
  if (result.kind !== 'record' || result.composite === null) return `A row returned by \`${name}\`.`;
  const composite = catalog.composites.find(({ id }) => id === result.composite);
  return composite?.comment ?? `\`${composite?.name}\``;
}

/** Returns a table with the columns of a function's rows, so that statements can select them. */
export const recordTable = (fn: DbFunction): Table => ({
  name: fn.name,
  kind: 'view',
  comment: null,
  extension: null,
  columns: membersOf(fn).map((member) => ({
    ...member,
    nullable: true,
    collation: null,
    hasDefault: false,
    identity: null,
    generated: false,
    partitions: false,
    comment: null,
    mayInsert: false,
    mayUpdate: false,
  })),
  wholeRow: true,
  primaryKey: [],
  indexes: [],
  partialKeys: [],
  foreignKeys: [],
  checks: [],
  hasInheritanceChildren: false,
  numberings: [],
  hasInsertTriggers: false,
  notifies: false,
  mayDelete: false,
});
