import { createHash } from 'node:crypto';
import { builtIn, type Catalog, type Table } from '../../catalog/catalog.ts';
import type { DbFunction, Parameter } from '../../catalog/dbFunction.ts';
import type { OrderKey } from './keyset.ts';
import { calledName, marker } from './markers.ts';
import type { CalledRows } from './select.ts';
import { alias, from } from './select.ts';
import { calling, ident, identity, join, type Sql, sql, trusted } from './sql.ts';

/** The arguments of a call; a parameter that is not among them gets its default. */
export type GivenArguments = ReadonlyMap<Parameter, Sql>;

/** The value of a call with each row, under a name of its own. */
export interface ComputedValue {
  readonly name: string;
  /** For the row of a table that the statement calls so. */
  readonly of: (table: string) => Sql;
}

/** A call. What has no default goes by its place, so that parameters need no names; the rest goes by name. */
function callOf(catalog: Catalog, { name, parameters }: DbFunction, given: GivenArguments): Sql {
  const list = parameters.flatMap((parameter) => {
    const value = given.get(parameter);
    if (!value) return [];
    return [parameter.hasDefault ? sql`${ident(parameter.name ?? '')} => ${value}` : value];
  });
  return calling(sql`${ident(catalog.schema, name)}(${join(list)})`);
}

/** The text of an argument, read as the type that the function declares. */
export const argument = (text: string | null, { declared }: Parameter): Sql => sql`${text}::${trusted(declared)}`;

/** Whether an argument can be given: the default of a parameter without a name cannot be replaced without all before it. */
export const isCallable = ({ name, hasDefault }: Parameter): boolean => name !== null || !hasDefault;

/** A call with the row of each table in a statement: every column by itself, since a subquery's rows have no type. */
export function computedValue(catalog: Catalog, fn: DbFunction, given: GivenArguments): ComputedValue {
  const [first] = fn.parameters;
  const composite = catalog.composites.find(({ id }) => id === first?.type.sql);
  if (!first || !composite) throw new Error(`${fn.signature} takes no row`);
  const of = (table: string): Sql => {
    const row = sql`row(${join(composite.members.map(({ name }) => ident(table, name)))})::${trusted(composite.id)}`;
    return callOf(catalog, fn, new Map([[first, row], ...given]));
  };
  const digest = createHash('sha1')
    .update(identity(of(alias)))
    .digest('base64url');
  return { name: calledName(catalog, digest), of };
}

/** What the statement calls the rows of a table that each have rows of their own by a call. */
export const parentAlias = 'p';

/** The rows of a call, whose columns have these names; with a parent, of a call with each of its rows. */
export function calledRows(
  catalog: Catalog,
  fn: DbFunction,
  columns: readonly string[],
  given: GivenArguments,
  parent?: Table,
): CalledRows {
  const call = parent ? computedValue(catalog, fn, given).of(parentAlias) : callOf(catalog, fn, given);
  const names = join([...columns, marker(catalog, 'ordinality')].map((name) => ident(name)));
  const prefix = parent ? sql`${from(catalog, parent)} ${ident(parentAlias)} cross join lateral ` : sql``;
  return {
    function: fn.signature,
    rows: sql`${prefix}${call}`,
    numbered: sql`${prefix}(select * from ${call} with ordinality as r(${names}))`,
  };
}

/** The order in which a function returns its rows. */
export const ordinalOrder = (catalog: Catalog): readonly OrderKey[] => [
  {
    name: marker(catalog, 'ordinality'),
    expression: ident(alias, marker(catalog, 'ordinality')),
    type: builtIn('int8'),
    nullable: false,
    descending: false,
    nullsFirst: false,
  },
];
