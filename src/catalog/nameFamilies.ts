import { several } from './words.ts';

/**
 * The names of the types made for a table's type: what follows its name, or with a `*` for its name and a `+` for its
 * plural.
 */
export const tableFamily = [
  ...['Connection', 'Edge', 'Where', 'OrderBy', 'ManyWhere', 'Column'],
  ...['Aggregate', 'ColumnAggregates', 'GroupKey', 'GroupBy', 'Having', 'GroupedOrderBy'],
  ...['Create*Input', 'Create*OnConflict', 'Create*ConflictKey', 'Update*Patch', 'Payload', 'Create+Payload', '+Added'],
];
/** The same for the types made for a scalar or an enum. */
export const leafFamily = ['Where', 'Aggregate', 'AggregateHaving', 'AggregateOrderBy', 'PercentileHaving'].flatMap(
  (suffix) => [suffix, `List${suffix}`],
);
/** What follows the name of a list in the names of the fields made for it. */
export const listFamily = ['Aggregate', 'GroupedAggregate'] as const;

/** The name of a member of a name's family. */
export const member = (name: string, part: string): string =>
  /[*+]/.test(part) ? part.replace('*', name).replace('+', several(name)) : name + part;
