import { type ForeignKey, referencesTo, type Table, tableOf } from '../../catalog/catalog.ts';
import { isUnique } from '../../catalog/uniqueKeys.ts';
import { type Match, toReferenced, toReferring } from '../../db/sql/match.ts';
import { hasRow } from '../../db/sql/semiJoin.ts';
import { and, type Sql, sql } from '../../db/sql/sql.ts';
import { required } from '../../errors.ts';
import type { Builder, InputObjectRef } from '../builder.ts';
import { givenInFilter, nonEmptyPart } from '../given.ts';
import type { SchemaBase } from '../schemaBase.ts';
import type { FilterField } from './filterField.ts';

/** The `where` inputs of all tables, and their conditions. */
interface TableFilters {
  readonly where: (table: Table) => InputObjectRef;
  readonly conditionOf: (table: Table, argument: unknown, alias: string) => Sql;
}

type Condition = FilterField['condition'];

/** Returns the function that creates the fields of a table's relations. */
export function createRelationFilters(
  builder: Builder,
  { catalog, names }: SchemaBase,
  { where, conditionOf }: TableFilters,
): (table: Table) => readonly FilterField[] {
  const many = new Map(
    catalog.tables
      .filter((table) => table.foreignKeys.some((key) => !isUnique(table, key.columns)))
      .map((table) => [table.name, defineMany(builder, names.type(table), where(table))]),
  );

  /**
   * Returns the condition that some related row fulfils the client's condition; if `negated`, that some row does not.
   */
  const exists =
    (match: Match, negated = false): Condition =>
    (argument, alias) => {
      const inner = below(alias);
      const condition = conditionOf(match.table, argument, inner);
      return hasRow(catalog, match, alias, inner, negated ? sql`(${condition}) is not true` : condition);
    };

  const forwardField = (table: Table, key: ForeignKey): FilterField => {
    const match = toReferenced(table, key, tableOf(catalog, key.table));
    return { name: names.forward(table, key), type: where(match.table), condition: exists(match) };
  };

  const backField = (table: Table, child: Table, key: ForeignKey): FilterField => {
    const match = toReferring(table, child, key);
    const name = names.back(child, key);
    const some = exists(match);
    if (isUnique(child, key.columns)) return { name, type: where(child), condition: some };
    const someNot = exists(match, true);
    const quantifiers = new Map<string, Condition>([
      ['some', some],
      ['none', (argument, alias) => sql`not ${some(argument, alias)}`],
      ['every', (argument, alias) => sql`not ${someNot(nonEmptyPart('every', argument), alias)}`],
    ]);
    const condition: Condition = (tests, alias) =>
      and(
        givenInFilter(nonEmptyPart(name, tests)).map(([quantifier, value]) =>
          required(quantifiers, quantifier)(value, alias),
        ),
      );
    return { name, type: required(many, child.name), condition };
  };

  return (table) => [
    ...table.foreignKeys.map((key) => forwardField(table, key)),
    ...referencesTo(catalog, table).map(([child, key]) => backField(table, child, key)),
  ];
}

/**
 * Returns the alias of the rows one level below. It is short, because PostgreSQL truncates long names and could then
 * confuse them.
 */
const below = (alias: string): string => `${alias.charAt(0)}${Number(alias.slice(1)) + 1}`;

/** Defines the input for a to-many relation. */
const defineMany = (builder: Builder, typeName: string, where: InputObjectRef): InputObjectRef =>
  builder.inputType(`${typeName}ManyWhere`, {
    description: 'Conditions on related rows. `every` is also true if there are none.',
    fields: (t) => ({
      some: t.field({ type: where }),
      none: t.field({ type: where }),
      every: t.field({ type: where }),
    }),
  });
