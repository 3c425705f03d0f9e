import type { FieldMap } from '@pothos/core';
import { type Column, type ForeignKey, referencesTo, type Table } from '../catalog/catalog.ts';
import { isUnique } from '../catalog/uniqueKeys.ts';
import { valueAt } from '../db/sql/json.ts';
import { byColumns, keyOf, type Match, toOne, toReferenced, toReferring } from '../db/sql/match.ts';
import type { Row } from '../db/sql/row.ts';
import { badInput } from '../errors.ts';
import { aggregateFields } from './aggregates/fields.ts';
import type { Builder, FieldBuilder } from './builder.ts';
import { described } from './description.ts';
import type { Arguments } from './fieldSource.ts';
import { computedFields } from './functions/fields.ts';
import { generated, generatedLeaf } from './generated.ts';
import { leafField } from './leafField.ts';
import { isDocument, type Leaf, scalarLeaf } from './leaves.ts';
import { listField } from './lists/list.ts';
import { namedFields } from './namedFields.ts';
import { encodeNodeId } from './nodeId.ts';
import { selectedRows } from './selection.ts';
import type { TableType, Types } from './types.ts';

/** Defines a table's object type: its columns, the rows to which it refers, and the rows that refer to it. */
export function defineObject(builder: Builder, types: Types, { table, name, ref }: TableType): void {
  const { names, catalog } = types;
  const hasId = table.primaryKey.length > 0;
  builder.objectType(ref, {
    description: described(table.comment, table.name, name),
    interfaces: hasId ? [types.node] : [],
    fields(t) {
      const columns = new Map(table.columns.map((column) => [names.column(table, column), column]));
      const foreignKeys = table.foreignKeys.map((key) => [names.forward(table, key), key] as const);
      const fields: FieldMap = {
        ...(hasId && { id: idField(t, name, table) }),
        ...namedFields(columns, (column, field) => columnField(t, types, table, column, field)),
        ...namedFields(foreignKeys, (key) => forwardField(t, types, table, key)),
        ...Object.assign(
          {},
          ...referencesTo(catalog, table).map(([child, key]) => backFields(t, types, child, key, table)),
        ),
        ...computedFields(t, types, table),
      };
      return { ...fields, ...types.columnForms(t, columns, fields) };
    },
  });
}

const idField = (t: FieldBuilder, type: string, table: Table) =>
  t.id({
    description: 'Identifies the row among the rows of all tables.',
    ...generatedLeaf({ kind: 'column', columns: table.primaryKey }, scalarLeaf('ID'), {
      get: (row: Row) => encodeNodeId(type, keyOf(row, table.primaryKey)),
    }),
  });

function columnField(t: FieldBuilder, types: Types, table: Table, column: Column, name: string) {
  const leaf = types.leaf(column);
  return leafField(t, leaf, {
    description: described(column.comment, column.name, name),
    deprecationReason: column.deprecationReason,
    nullable: column.nullable,
    ...(isDocument(leaf)
      ? documentReading(t, types, table, column, leaf)
      : {
          read: generatedLeaf({ kind: 'column', columns: [column.name] }, leaf, {
            get: (row: Row) => row[column.name],
            column: column.name,
          }),
        }),
  });
}

/** Returns the argument and the reading of a JSON column. With a path, the statement selects only the value there. */
function documentReading(t: FieldBuilder, types: Types, table: Table, column: Column, leaf: Leaf) {
  const key = table.primaryKey;
  const match = byColumns(table, key);
  const part = ({ path }: Arguments) =>
    path === null || path === undefined ? undefined : valueAt(types.catalog, column, path as readonly string[]);
  return {
    args: {
      path: t.arg.stringList({ description: 'Returns only the value at this path of keys and list positions.' }),
    },
    read: generatedLeaf({ kind: 'column', columns: [column.name], match, computed: part }, leaf, {
      ask: part,
      loads: true,
      column: column.name,
      get(row: Row, asked, { loaders }) {
        const found = row[asked === undefined ? column.name : asked.name];
        if (found !== undefined || asked === undefined) return found;
        if (key.length > 0) return loaders.computed(match, keyOf(row, key), asked);
        throw badInput(
          `This ${types.of(table.name).name} has no key by which to read a path; select the whole document`,
        );
      },
    }),
  };
}

const forwardField = (t: FieldBuilder, types: Types, table: Table, key: ForeignKey) =>
  rowField(t, types, toReferenced(table, key, types.of(key.table).table), key.comment);

/** Creates the fields for rows that refer to this one: a single row, or a list and its aggregates. */
function backFields(t: FieldBuilder, types: Types, child: Table, key: ForeignKey, table: Table): FieldMap {
  const match = toReferring(table, child, key);
  const name = types.names.back(child, key);
  if (isUnique(child, key.columns)) return { [name]: rowField(t, types, match, null) };
  return { [name]: listField(t, types, child, { match }), ...aggregateFields(t, types, child, name, { match }) };
}

/**
 * Creates the field of the one row that matches; null if there is none or row security hides it. The parent's statement
 * may already have joined it.
 */
function rowField(t: FieldBuilder, types: Types, found: Match, description: string | null) {
  const match = toOne(found);
  return t.field({
    type: types.of(match.table.name).ref,
    nullable: true,
    deprecationReason: match.table.deprecationReason,
    description: description ?? undefined,
    ...generated(
      { kind: 'relation', match },
      {
        ask: (_args, selection) => selectedRows(selection),
        loads: true,
        get(row: Row, asked, { loaders }) {
          const joined = match.joined && row[match.joined];
          if (joined !== undefined) return joined;
          const key = keyOf(row, match.values);
          return key.includes(null) ? null : loaders.row(match, key, asked);
        },
      },
    ),
  });
}
