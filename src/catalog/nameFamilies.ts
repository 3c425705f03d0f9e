import { several } from './words.ts';

/**
 * Suffixes of the types derived from a table's type. In longer forms `*` stands for the type's name and `+` for its
 * plural.
 */
export const tableFamily = [
  ...['Connection', 'Edge', 'Where', 'OrderBy', 'ManyWhere', 'Column'],
  ...['Aggregate', 'ColumnAggregates', 'GroupKey', 'GroupBy', 'Having', 'GroupedOrderBy', 'AggregateOrderBy'],
  ...[
    'Create*Input',
    'Create*OnConflict',
    'Create*ConflictKey',
    'Update*Patch',
    'Update*Change',
    'Payload',
    'Create+Payload',
    '+Added',
  ],
];
/** Suffixes of the types derived from a scalar or an enum. */
export const leafFamily = ['Where', 'Aggregate', 'AggregateHaving', 'PercentileHaving', 'Change'].flatMap((suffix) => [
  suffix,
  `List${suffix}`,
]);
/** Suffixes of the fields derived from a list. */
export const listFamily = ['Aggregate', 'GroupedAggregate'] as const;

/** Returns the names together with those derived from them; `familyOf` returns the suffixes for a key. */
export const withFamilies = (
  names: ReadonlyMap<string, string>,
  familyOf: (key: string) => readonly string[],
): readonly string[] =>
  [...names].flatMap(([key, name]) => ['', ...familyOf(key)].map((part) => derivedName(name, part)));

/** Returns a derived name; `part` is one of the suffixes or longer forms above. */
export const derivedName = (name: string, part: string): string =>
  /[*+]/.test(part) ? part.replace('*', name).replace('+', several(name)) : name + part;
