import {
  type Catalog,
  type Column,
  columnOf,
  type ForeignKey,
  isUnique,
  referencesTo,
  type Table,
  tableOf,
} from '../../catalog/catalog.ts';
import type { DbFunction } from '../../catalog/dbFunction.ts';
import { computedFunctions } from '../../catalog/functions.ts';
import type { Names } from '../../catalog/naming.ts';
import { computedValue } from '../../db/sql/call.ts';
import { operandOf } from '../../db/sql/compare.ts';
import { columnRef } from '../../db/sql/select.ts';
import { hasRow } from '../../db/sql/semiJoin.ts';
import { and, or, pruning, type Sql, sql } from '../../db/sql/sql.ts';
import { badInput, required } from '../../errors.ts';
import type { Builder, InputObjectRef } from '../builder.ts';
import type { Leaf } from '../leaves.ts';
import { given, type Input, stated } from './given.ts';
import { createLeafFilters, type LeafFilter } from './leafFilter.ts';

/** A field of a `where` input, and its condition on the rows that have the alias `alias`. */
interface FilterField {
  readonly name: string;
  readonly type: InputObjectRef;
  readonly deprecationReason?: string;
  readonly condition: (argument: unknown, alias: string) => Sql;
}

export interface Filters {
  /** Returns the type of a table's `where` argument. */
  readonly where: (table: Table) => InputObjectRef;
  /** Returns the condition of a `where` argument. Throws BAD_USER_INPUT for nulls and empty parts. */
  readonly condition: (table: Table, where: unknown, alias: string) => Sql;
  /**
   * Returns the condition of an `expect` argument; null if it was left out. Throws BAD_USER_INPUT if it, or a part of
   * it, is empty.
   */
  readonly expectation: (table: Table, expect: unknown, alias: string) => Sql | null;
  /** Returns the input of a leaf's operators, with their conditions. */
  readonly leaf: (leaf: Leaf) => LeafFilter;
}

/** Defines the `where` inputs of all tables: their columns and related tables. */
export function createFilters(
  builder: Builder,
  catalog: Catalog,
  names: Names,
  leafOf: (column: Pick<Column, 'type'>) => Leaf,
): Filters {
  const leafFilter = createLeafFilters(builder);
  const wheres = new Map(
    catalog.tables.map((table) => [table.name, builder.inputRef<Input>(`${names.type(table)}Where`)]),
  );
  const where = (table: Table) => required(wheres, table.name);

  const columnField = (table: Table, column: Column): FilterField => {
    const leaf = leafOf(column);
    const { type, condition } = leafFilter(leaf);
    const name = names.column(table, column);
    return {
      name,
      type,
      deprecationReason: column.deprecationReason,
      condition(tests, alias) {
        const tested = condition(
          name,
          { sql: columnRef(column, alias), type: column.type, leaf, search: column.search },
          tests,
        );
        return pruning(tested, column.divides);
      },
    };
  };

  /** Returns the field of a computed column, if its owner marked it as filterable. */
  const computedField = (fn: DbFunction): readonly FilterField[] => {
    if (!fn.isFilterable || fn.result.kind !== 'value') return [];
    const { type } = fn.result;
    const leaf = leafOf({ type });
    const { type: input, condition } = leafFilter(leaf);
    const { of } = computedValue(catalog, fn, new Map());
    const name = names.call(fn);
    const { deprecationReason } = fn;
    return [
      {
        name,
        type: input,
        deprecationReason,
        condition: (tests, alias) => condition(name, { sql: of(alias), type, leaf }, tests),
      },
    ];
  };

  /**
   * Builds the condition that a related row exists: a row of `other` whose `columns` equal the `targets` of the
   * filtered row in `of`, and that meets the client's condition.
   */
  const related = (of: Table, targets: readonly string[], other: Table, columns: readonly string[]) => {
    return (argument: unknown, alias: string, negated = false): Sql => {
      const inner = below(alias);
      const tied = columns.map((name, i) => {
        const [column, target] = [columnOf(other, name), columnOf(of, targets[i] ?? name)];
        return [operandOf(column, columnRef(column, inner)), operandOf(target, columnRef(target, alias))] as const;
      });
      const condition = conditionOf(other, argument, inner);
      const tested = negated ? sql`(${condition}) is not true` : condition;
      return hasRow(catalog, other, inner, tied, tested);
    };
  };

  const many = new Map(
    catalog.tables
      .filter((table) => table.foreignKeys.some((key) => !isUnique(table, key.columns)))
      .map((table) => [table.name, defineMany(builder, names.type(table), where(table))]),
  );

  const backField = (child: Table, key: ForeignKey): FilterField => {
    const exists = related(tableOf(catalog, key.table), key.targets, child, key.columns);
    const name = names.back(child, key);
    if (isUnique(child, key.columns)) return { name, type: where(child), condition: exists };
    const quantifiers = new Map<string, (argument: unknown, alias: string) => Sql>([
      ['some', (argument, alias) => exists(argument, alias)],
      ['none', (argument, alias) => sql`not ${exists(argument, alias)}`],
      ['every', (argument, alias) => sql`not ${exists(stated('every', argument), alias, true)}`],
    ]);
    return {
      name,
      type: required(many, child.name),
      condition: (tests, alias) =>
        and(given(stated(name, tests)).map(([quantifier, value]) => required(quantifiers, quantifier)(value, alias))),
    };
  };

  const fields = new Map(
    catalog.tables.map((table) => [
      table.name,
      byName([
        ...table.columns.map((column) => columnField(table, column)),
        ...table.foreignKeys.map(
          (key): FilterField => ({
            name: names.forward(table, key),
            type: where(tableOf(catalog, key.table)),
            condition: related(table, key.columns, tableOf(catalog, key.table), key.targets),
          }),
        ),
        ...referencesTo(catalog, table).map(([child, key]) => backField(child, key)),
        ...computedFunctions(catalog, table).flatMap((fn) => computedField(fn)),
      ]),
    ]),
  );

  const conditionOf = (table: Table, argument: unknown, alias: string): Sql =>
    and(
      given(argument).map(([name, value]) => {
        const part = (item: unknown) => conditionOf(table, stated(name, item), alias);
        if (name === 'and') return and(items(value).map(part));
        if (name === 'or') return or(items(value).map(part));
        if (name === 'not') return sql`not (${part(value)})`;
        return required(required(fields, table.name), name).condition(value, alias);
      }),
    );

  for (const table of catalog.tables) {
    where(table).implement({
      description: `Conditions on \`${table.name}\`; all must hold.`,
      fields: (t) => ({
        and: t.field({ type: [where(table)], description: 'All of these; an empty list matches everything.' }),
        or: t.field({ type: [where(table)], description: 'At least one of these; an empty list matches nothing.' }),
        not: t.field({ type: where(table), description: 'Not this; a condition on null is neither true nor false.' }),
        ...Object.fromEntries(
          [...required(fields, table.name).values()].map(({ name, type, deprecationReason }) => [
            name,
            t.field({ type, deprecationReason }),
          ]),
        ),
      }),
    });
  }
  return {
    where,
    condition: (table, argument, alias) => (argument === undefined ? and([]) : conditionOf(table, argument, alias)),
    expectation(table, expect, alias) {
      if (expect === undefined) return null;
      const condition = conditionOf(table, expect, alias);
      if (holdsAlways(expect) || hasEmpty(expect))
        throw badInput(
          'expect, or a part of it, is empty, perhaps because a variable was left out; give it a condition',
        );
      return condition;
    },
    leaf: leafFilter,
  };
}

const byName = (fields: readonly FilterField[]): ReadonlyMap<string, FilterField> =>
  new Map(fields.map((field) => [field.name, field]));

/**
 * Returns the alias of the rows one level below. It is short, because PostgreSQL truncates long names and could then
 * confuse them.
 */
const below = (alias: string): string => `${alias.charAt(0)}${Number(alias.slice(1)) + 1}`;

/** Defines the input for a to-many relation. */
function defineMany(builder: Builder, typeName: string, where: InputObjectRef): InputObjectRef {
  return builder.inputType(`${typeName}ManyWhere`, {
    fields: (t) => ({
      some: t.field({ type: where, description: 'At least one row matches this.' }),
      none: t.field({ type: where, description: 'No row matches this.' }),
      every: t.field({ type: where, description: 'All rows match this; also true if there are none.' }),
    }),
  });
}

/** Tells whether a filter holds for every row. */
const holdsAlways = (filter: unknown): boolean =>
  given(filter).every(([name, value]) => name === 'and' && items(value).every(holdsAlways));

/** Tells whether a coerced value contains an empty input object. Values of columns are no longer objects by then. */
const hasEmpty = (value: unknown): boolean => {
  if (Array.isArray(value)) return value.some(hasEmpty);
  if (typeof value !== 'object' || value === null) return false;
  const fields = Object.values(value);
  return fields.length === 0 || fields.some(hasEmpty);
};

const items = (value: unknown): readonly unknown[] => value as readonly unknown[];
