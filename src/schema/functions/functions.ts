import type { DbFunction } from '../../catalog/dbFunction.ts';
import { computedOn } from '../../catalog/functions.ts';
import type { Row } from '../../db/sql/row.ts';
import { alias, from, wholeStatement } from '../../db/sql/select.ts';
import { ident, join, type Sql, sql } from '../../db/sql/sql.ts';
import type { Builder, FieldBuilder } from '../builder.ts';
import { source } from '../fieldSource.ts';
import { leafField } from '../leafField.ts';
import { declareMutation } from '../mutations/mutations.ts';
import { writeRows } from '../mutations/write.ts';
import { selectedRows } from '../selection.ts';
import type { Types } from '../types.ts';
import { calledFunction, isPresent } from './called.ts';
import { functionFields, leafOf, optionsOf, rowsType, valueText } from './fields.ts';

/**
 * Defines the root fields that call functions: mutations for functions that may change data, queries for all others.
 */
export function defineFunctions(builder: Builder, types: Types): void {
  const { functions, isStandby } = types.catalog;
  // Fields are built on demand, but their types must be defined beforehand.
  for (const fn of functions) {
    const isComputed = computedOn(types.catalog, fn) !== null;
    for (const { type } of fn.parameters.slice(isComputed ? 1 : 0)) types.rowInput(type);
    if (fn.result.kind === 'record') types.record(fn);
  }
  const queries = functions.filter((fn) => !fn.isVolatile && computedOn(types.catalog, fn) === null);
  for (const fn of queries) builder.queryFields((t) => functionFields(t as unknown as FieldBuilder<Row>, types, fn));
  const mutations = isStandby ? [] : functions.filter(({ isVolatile }) => isVolatile);
  if (mutations.length > 0) declareMutation(builder);
  for (const fn of mutations) defineMutation(builder, types, fn);
}

/** Defines the mutation that calls a function once, in a transaction of its own. */
function defineMutation(builder: Builder, types: Types, fn: DbFunction): void {
  const called = calledFunction(types, fn);
  const { result } = fn;
  const callWith = (args: Readonly<Record<string, unknown>>, columns: readonly string[], where: Sql) => {
    const { catalog } = types;
    const table = called.rows(args);
    const list = join(columns.map((name) => ident(alias, name)));
    const rows = table.call?.numbered ?? from(catalog, table);
    return wholeStatement('SELECT', catalog, table, sql`select ${list} from ${rows} ${ident(alias)} where ${where}`);
  };
  builder.mutationField(types.names.call(fn), (t) => {
    const options = { ...optionsOf(types, fn), args: called.arguments.define(t), nullable: true } as const;
    if (result.kind === 'nothing')
      return t.boolean({
        ...options,
        async resolve(_root, args, context) {
          await writeRows(context, callWith(args, [], sql`true`));
          return true;
        },
      });
    if (result.kind === 'value') {
      const leaf = leafOf(types, fn, result.type);
      return leafField(t, leaf, {
        ...options,
        read: {
          extensions: source('call'),
          async resolve(_root, args, context) {
            const text = valueText(fn, result.type, await writeRows(context, callWith(args, ['value'], sql`true`)));
            return text === null ? null : leaf.read(text);
          },
        },
      });
    }
    const type = rowsType(types, fn, result);
    return fn.returnsSet
      ? t.field({
          ...options,
          type: [type],
          resolve: async (_root, args, context, info) =>
            writeRows(context, callWith(args, selectedRows(info).columns, sql`true`)),
        })
      : t.field({
          ...options,
          type,
          async resolve(_root, args, context, info) {
            const [row] = await writeRows(context, callWith(args, selectedRows(info).columns, isPresent(fn)));
            return row ?? null;
          },
        });
  });
}
