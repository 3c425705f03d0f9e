import type { FieldMap } from '@pothos/core';
import type { Table } from '../../catalog/catalog.ts';
import type { DbFunction, FunctionResult } from '../../catalog/dbFunction.ts';
import { computedFunctions } from '../../catalog/functions.ts';
import type { Type } from '../../catalog/type.ts';
import { computedValue } from '../../db/sql/call.ts';
import { byColumns, keyOf } from '../../db/sql/match.ts';
import type { Row } from '../../db/sql/row.ts';
import { aggregateFields } from '../aggregates/fields.ts';
import type { FieldBuilder } from '../builder.ts';
import { described } from '../description.ts';
import type { Arguments } from '../fieldSource.ts';
import { generated, generatedLeaf } from '../generated.ts';
import { leafField } from '../leafField.ts';
import { type Leaf, listLeaf } from '../leaves.ts';
import type { RowRef } from '../lists/edge.ts';
import { listField } from '../lists/list.ts';
import { writeList } from '../listText.ts';
import { selectedRows } from '../selection.ts';
import type { Types } from '../types.ts';
import { functionArguments } from './arguments.ts';
import { calledFunction, loadCalled, ofValue, pageOf, rowRangeOf } from './called.ts';

type Fields = Pick<FieldBuilder<Row>, 'field' | 'arg'>;

/** Creates the fields of a table's type that call functions on its rows. */
export const computedFields = (t: Fields, types: Types, table: Table): FieldMap =>
  Object.assign({}, ...computedFunctions(types.catalog, table).map((fn) => functionFields(t, types, fn, table)));

/**
 * Creates the fields of a function that does not change data: root fields or, with `parent`, fields of that table's
 * type.
 */
export function functionFields(t: Fields, types: Types, fn: DbFunction, parent?: Table): FieldMap {
  const name = types.names.call(fn);
  const { result, returnsSet } = fn;
  if (result.kind === 'nothing') return {};
  if (parent && result.kind === 'value' && !returnsSet)
    return { [name]: computedField(t, types, fn, result.type, parent) };
  if (result.kind === 'value') return { [name]: valueField(t, types, fn, result.type, parent) };
  if (result.kind === 'table' && returnsSet) return listFields(t, types, fn, types.of(result.table).table, parent);
  return { [name]: rowsField(t, types, fn, parent) };
}

/** Returns the options that all fields of a function share. */
export const optionsOf = ({ names }: Pick<Types, 'names'>, fn: DbFunction) => ({
  description: described(fn.comment, fn.name, names.call(fn)),
  deprecationReason: fn.deprecationReason,
});

/** Returns the object type of a function's rows. */
export const rowsType = (
  types: Types,
  fn: DbFunction,
  result: Extract<FunctionResult, { kind: 'table' | 'record' }>,
): RowRef => (result.kind === 'table' ? types.of(result.table).ref : types.record(fn));

/** Returns the leaf of a single value, or of a list for a set of values. */
export const leafOf = (types: Types, { returnsSet }: DbFunction, type: Type): Leaf => {
  const leaf = types.leaf({ type });
  return returnsSet ? listLeaf(leaf, type.delimiter) : leaf;
};

/** Returns the text of a single value, or of a list for a set of values. */
export const valueText = ({ returnsSet }: DbFunction, { delimiter }: Type, rows: readonly Row[]): string | null => {
  const texts = rows.map((row) => row['value'] ?? null);
  return returnsSet ? writeList(texts, delimiter, String) : (texts[0] ?? null);
};

/**
 * Creates the field of a single value. The statement that reads the row also computes it; if it did not, the value is
 * loaded by the row's key.
 */
function computedField(t: Fields, types: Types, fn: DbFunction, type: Type, parent: Table) {
  const leaf = types.leaf({ type });
  const args = functionArguments(types, fn, { skipped: 1 });
  const plain = fn.parameters.length === 1 ? computedValue(types.catalog, fn, new Map()) : null;
  const computed = (given: Arguments) => plain ?? computedValue(types.catalog, fn, args.read(given));
  const key = parent.primaryKey;
  const match = byColumns(parent, key);
  return leafField(t, leaf, {
    ...optionsOf(types, fn),
    nullable: true,
    args: args.define(t),
    read: generatedLeaf({ kind: 'call', columns: key, computed }, leaf, {
      ask: (given) => computed(given),
      loads: true,
      get(row: Row, asked, { loaders }) {
        const value = asked as ReturnType<typeof computed>;
        const known = row[value.name];
        if (known !== undefined) return known;
        if (key.length === 0) throw new Error(`${fn.signature} failed, and a row without a key cannot be loaded again`);
        return loaders.computed(match, keyOf(row, key), value);
      },
    }),
  });
}

/** Creates the field of a single value, or of a list for a set of values. */
function valueField(t: Fields, types: Types, fn: DbFunction, type: Type, parent?: Table) {
  const { called, ask, args } = pagedCall(t, types, fn, parent);
  const leaf = leafOf(types, fn, type);
  return leafField(t, leaf, {
    ...optionsOf(types, fn),
    nullable: true,
    args,
    read: generatedLeaf(
      { kind: 'call', columns: called.match?.values ?? [], computedRows: called.computedRows },
      leaf,
      {
        ask,
        loads: true,
        async get(row: Row, asked, context) {
          return valueText(fn, type, await loadCalled(called, asked as ReturnType<typeof ask>, ofValue, row, context));
        },
      },
    ),
  });
}

/** Creates the field of one row, or of a list for a set of rows that belong to no table. */
function rowsField(t: Fields, types: Types, fn: DbFunction, parent?: Table) {
  const { called, ask, args } = pagedCall(t, types, fn, parent);
  const { result } = fn;
  if (result.kind !== 'table' && result.kind !== 'record') throw new Error(`${fn.signature} returns no rows`);
  const type = rowsType(types, fn, result);
  const { extensions, resolve } = generated(
    { kind: 'call', columns: called.match?.values ?? [], computedRows: called.computedRows },
    {
      ask: (given: Arguments, selection) => ({ page: ask(given), rows: selectedRows(selection) }),
      loads: true,
      async get(row: Row, { page, rows }, context) {
        const found = await loadCalled(called, page, rows, row, context);
        return fn.returnsSet ? found : (found[0] ?? null);
      },
    },
  );
  const options = { ...optionsOf(types, fn), args, nullable: true, extensions } as const;
  return fn.returnsSet
    ? t.field({ ...options, type: [type], resolve: async (...given) => (await resolve(...given)) as readonly Row[] })
    : t.field({ ...options, type, resolve: async (...given) => (await resolve(...given)) as Row | null });
}

/**
 * Returns a call, its arguments, and the function that reads its page. For a set the arguments include `first` and
 * `offset`.
 */
function pagedCall(t: Fields, types: Types, fn: DbFunction, parent?: Table) {
  const called = calledFunction(types, fn, { parent, taken: fn.returnsSet ? ['first', 'offset'] : [] });
  const { defaultSize, maxSize } = types.limits;
  const args = {
    ...called.arguments.define(t),
    ...(fn.returnsSet && {
      first: t.arg({ type: 'Int', description: `How many to return: ${defaultSize} by default, at most ${maxSize}.` }),
      offset: t.arg({ type: 'Int', description: 'How many to skip.' }),
    }),
  };
  const ask = (given: Arguments) =>
    pageOf(types, fn, called.rows(given), fn.returnsSet ? rowRangeOf(types, given) : undefined);
  return { called, args, ask };
}

/** Arguments of lists and of their aggregates. */
const ofLists = [
  ...['first', 'after', 'last', 'before', 'offset', 'where', 'orderBy', 'distinctOn'],
  ...['groupBy', 'having'],
];

/** Creates the connection for a set of a table's rows, and its aggregates. */
function listFields(t: Fields, types: Types, fn: DbFunction, table: Table, parent?: Table): FieldMap {
  const name = types.names.call(fn);
  const called = calledFunction(types, fn, { parent, taken: ofLists });
  const source = { ...called, ...optionsOf(types, fn), arguments: called.arguments.define(t) };
  return { [name]: listField(t, types, table, source), ...aggregateFields(t, types, table, name, source) };
}
