import type { Family } from './builtins.ts';
import { operators } from './conditions.ts';
import type { Floor } from './coverage.ts';
import { functionKinds } from './model.ts';

const floor = (group: string, atLeast: number, things: readonly string[]): Floor => ({ group, atLeast, things });

const own: readonly Family[] = ['equality', 'text', 'time', 'json', 'list', 'range', 'multirange', 'network', 'vector'];
const operatorsOf = (families: readonly Family[]) =>
  families.flatMap((family) => operators[family].map((operator) => `${operator} of ${family}`));

/** Minimum occurrences without extensions. */
export const floors: readonly Floor[] = [
  floor('check', 100, ['values', 'filter', 'walk', 'aggregate', 'extremes']),
  floor('check', 50, ['lookup', 'node']),
  floor('check', 20, ['relation']),
  floor('relation', 20, ['plain']),
  floor('relation', 2, ['range', 'list', 'hash', 'heirs', 'heir', 'secured', 'triggered']),
  floor('relation', 2, ['view', 'keyed view', 'materialized', 'empty']),
  floor('shape', 20, ['grants: all', 'no key', 'primary key', 'column: none', 'column: reference', 'comment: none']),
  floor('shape', 3, ['grants: read', 'grants: columns', 'primary key of several', 'unique key', 'index key']),
  floor('shape', 3, ['nullable key', 'partial key', 'expression key', 'deferred key of several', 'loose collation']),
  floor('shape', 3, ['column: default', 'column: generated', 'column: always', 'column: by default']),
  floor('shape', 3, ['comment: text', 'comment: name', 'comment: omit', 'comment: deprecated', 'comment: unknown']),
  floor('shape', 2, ['reference to primary key', 'reference to unique key', 'reference to itself']),
  floor('shape', 1, ['reference of several to primary key', 'two references to one table']),
  floor(
    'function',
    8,
    functionKinds.filter((kind) => kind !== 'related'),
  ),
  floor('function', 3, ['related']),
  floor('shape', 4, [
    'overload: shorter',
    'overload: different',
    'function: exposed by nothing',
    'function: exposed by withheld',
  ]),
  floor('type', 0.5, ['enum', 'enum[]', 'domain(enum)', 'row', 'range', 'text', 'jsonb', 'text[]', 'domain(text)']),
  floor('operator', 40, operatorsOf(['order'])),
  floor('operator', 1, operatorsOf(own)),
  floor('measure', 50, ['count of order', 'countDistinct of order', 'min, max of order', 'sum of order']),
  floor('write', 10, ['create', 'update', 'delete']),
  floor('write', 1, ['change: increment of order', 'change: append of list']),
  floor('write', 15, ['onConflict: IGNORE', 'onConflict: UPDATE']),
  floor('check', 4, ['written']),
  floor('shape', 2, ['function key: mark', 'function key: mark and another', 'function key: unknown']),
  floor(
    'change',
    4,
    ['difference', 'rate', 'difference of a sum', 'rate of a count'].flatMap((what) => [
      `having: ${what}`,
      `orderBy: ${what}`,
    ]),
  ),
];

/** Further minimum occurrences with extensions. */
export const extendedFloors: readonly Floor[] = [floor('operator', 0.2, operatorsOf(['citext', 'ltree', 'hstore']))];
