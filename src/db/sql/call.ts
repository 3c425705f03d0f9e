import { createHash } from 'node:crypto';
import type { Catalog, Table } from '../../catalog/catalog.ts';
import type { DbFunction, Parameter } from '../../catalog/dbFunction.ts';
import { calledName, marker } from './markers.ts';
import { alias, type CalledRows, from } from './select.ts';
import { calling, empty, ident, identity, join, type Sql, sql, trusted } from './sql.ts';

/** The arguments of a call; other parameters get their defaults. */
export type GivenArguments = ReadonlyMap<Parameter, Sql>;

/** A value computed for each row, under a unique name. */
export interface ComputedValue {
  readonly name: string;
  /** Returns the call for the rows of a table with this alias. */
  readonly of: (table: string) => Sql;
}

/**
 * Builds a call. Parameters without a default get their arguments by position, so that they need no names; all others
 * get them by name.
 */
function callOf(catalog: Catalog, { name, parameters }: DbFunction, given: GivenArguments): Sql {
  const list = parameters.flatMap((parameter) => {
    const value = given.get(parameter);
    if (!value) return [];
    return [parameter.hasDefault ? sql`${ident(parameter.name ?? '')} => ${value}` : value];
  });
  return calling(sql`${ident(catalog.schema, name)}(${join(list)})`);
}

/** Casts an argument's text to the type that the function declares. */
export const argument = (text: string | null, { declared }: Parameter): Sql => sql`${text}::${trusted(declared)}`;

/** Tells whether a call can give the parameter: one with a default can only be given by name. */
export const canBeGiven = ({ name, hasDefault }: Parameter): boolean => name !== null || !hasDefault;

/**
 * Builds a call for each row of a table. The row is composed of its columns, because rows of a subquery have no named
 * type.
 */
export function computedValue(catalog: Catalog, fn: DbFunction, given: GivenArguments): ComputedValue {
  const [first] = fn.parameters;
  const composite = catalog.composites.find(({ id }) => id === first?.type.sql);
  if (!first || !composite) throw new Error(`${fn.signature} takes no row`);
  const of = (table: string): Sql => {
    const row = sql`row(${join(composite.members.map(({ name }) => ident(table, name)))})::${trusted(composite.id)}`;
    return callOf(catalog, fn, new Map([[first, row], ...given]));
  };
  return computedBy(catalog, of);
}

/** Creates a computed value; equal ones have the same name. */
export function computedBy(catalog: Catalog, of: ComputedValue['of']): ComputedValue {
  const digest = createHash('sha1')
    .update(identity(of(alias)))
    .digest('base64url');
  return { name: calledName(catalog, digest), of };
}

/** Alias of the table for whose rows a function is called. */
export const parentAlias = 'p';

/** Builds the rows of a call, with these column names. With `parent`, the call is made for each row of that table. */
export function calledRows(
  catalog: Catalog,
  fn: DbFunction,
  columns: readonly string[],
  given: GivenArguments,
  parent?: Table,
): CalledRows {
  const call = parent ? computedValue(catalog, fn, given).of(parentAlias) : callOf(catalog, fn, given);
  const names = join([...columns, marker(catalog, 'ordinality')].map((name) => ident(name)));
  const prefix = parent ? sql`${from(catalog, parent)} ${ident(parentAlias)} cross join lateral ` : empty;
  return {
    function: fn.signature,
    rows: sql`${prefix}${call}`,
    numbered: sql`${prefix}(select * from ${call} with ordinality as r(${names}))`,
  };
}
