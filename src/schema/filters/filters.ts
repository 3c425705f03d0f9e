import type { Table } from '../../catalog/catalog.ts';
import { and, or, type Sql, sql } from '../../db/sql/sql.ts';
import { required } from '../../errors.ts';
import type { Builder, InputObjectRef } from '../builder.ts';
import { givenInFilter, type Input, nonEmptyPart } from '../given.ts';
import { namedFields } from '../namedFields.ts';
import type { SchemaBase } from '../schemaBase.ts';
import { refuseEmpty } from './expectation.ts';
import { columnFields, type FilterField } from './filterField.ts';
import { createLeafFilters, type FilterOf } from './leafFilter.ts';
import { createRelationFilters } from './relationFilter.ts';

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
  readonly leaf: FilterOf;
}

/** Defines the `where` inputs of all tables: their columns and related tables. */
export function createFilters(builder: Builder, base: SchemaBase): Filters {
  const { tables } = base.catalog;
  const leaf = createLeafFilters(builder);
  const wheres = new Map(tables.map((table) => [table.name, whereRef(builder, base.names.type(table))]));
  const where = (table: Table) => required(wheres, table.name);
  const conditionOf = (table: Table, argument: unknown, alias: string): Sql =>
    and(
      givenInFilter(argument).map(([name, value]) => {
        const part = (item: unknown) => conditionOf(table, nonEmptyPart(name, item), alias);
        if (name === 'and') return and((value as readonly unknown[]).map(part));
        if (name === 'or') return or((value as readonly unknown[]).map(part));
        if (name === 'not') return sql`not (${part(value)})`;
        return required(required(fields, table.name), name).condition(value, alias);
      }),
    );
  const relationFields = createRelationFilters(builder, base, { where, conditionOf });
  const fieldsOf = (table: Table) => [...columnFields(base, leaf, table), ...relationFields(table)];
  const fields = new Map(
    tables.map((table) => [table.name, new Map(fieldsOf(table).map((field) => [field.name, field]))]),
  );
  for (const table of tables) implement(where(table), table, required(fields, table.name));
  return {
    where,
    condition: (table, argument, alias) => (argument === undefined ? and([]) : conditionOf(table, argument, alias)),
    expectation(table, expect, alias) {
      if (expect === undefined) return null;
      const condition = conditionOf(table, expect, alias);
      refuseEmpty(expect);
      return condition;
    },
    leaf,
  };
}

type WhereRef = ReturnType<typeof whereRef>;

const whereRef = (builder: Builder, type: string) => builder.inputRef<Input>(`${type}Where`);

const implement = (where: WhereRef, table: Table, fields: ReadonlyMap<string, FilterField>) =>
  where.implement({
    description: `Conditions on \`${table.name}\`; all must hold.`,
    fields: (t) => ({
      and: t.field({ type: [where], description: 'All of these; an empty list matches everything.' }),
      or: t.field({ type: [where], description: 'At least one of these; an empty list matches nothing.' }),
      not: t.field({ type: where, description: 'Not this; a condition on null is neither true nor false.' }),
      ...namedFields(fields, ({ type, deprecationReason }) => t.field({ type, deprecationReason })),
    }),
  });
