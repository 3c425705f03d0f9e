import { kinds } from '../support/kinds.ts';
import { columns } from '../support/values.ts';

/** The operators that a type has in addition to equality. */
export type Family =
  | ('equality' | 'order' | 'text' | 'time' | 'json' | 'list')
  | ('range' | 'multirange' | 'network' | 'citext' | 'ltree' | 'hstore' | 'geometry')
  | 'vector';

/** One of PostgreSQL's own types or of an extension's. */
export interface Builtin {
  /** The type as declared for a column; `base` is the type of a cast. */
  readonly sql: string;
  readonly base: string;
  /** Scalar in the API: that of the column of this type in `test/support/values.ts`, otherwise String. */
  readonly scalar: string;
  readonly family: Family;
  /** Cast by which values are compared, if the type has no equality; `ordered` says whether they can be sorted. */
  readonly form: '' | '::jsonb' | '::text';
  readonly ordered: boolean;
  /** Delimiter in the text of an array. */
  readonly delimiter: string;
  readonly values: readonly string[];
}

const builtin = (
  [sql, family]: readonly [sql: string, family: Family],
  values: readonly string[] = [],
  { base = sql, ...change }: Partial<Builtin> = {},
): Builtin => ({
  ...{
    sql,
    base,
    scalar: Object.values(columns).find(([type]) => type === base)?.[1] ?? 'String',
    family,
    form: '',
    delimiter: ',',
    ordered: !['equality', 'json'].includes(family),
    values,
  },
  ...change,
});

/** Returns the values of a column in the filters' model. */
const known = (name: string): readonly string[] => kinds[name]?.values ?? [];

const unequal = { form: '::text', ordered: false } as const;
const words = [
  '',
  'a',
  'Ab',
  'a%b',
  'a_b',
  'a\\',
  '%',
  '\\%',
  'é',
  'E\u0301',
  '😀 b',
  "'",
  '"',
  '{}',
  'NULL',
  'a,b',
  ' x ',
];

export const builtins: readonly Builtin[] = [
  builtin(['text', 'text'], words),
  builtin(['varchar(20)', 'text'], words, { base: 'varchar' }),
  builtin(['char(4)', 'text'], ['', 'a', 'ab', 'a%', '_b', 'é'], { base: 'bpchar' }),
  builtin(['name', 'text'], ['a', 'B', 'a%', '_', 'é']),
  builtin(['int2', 'order'], known('small')),
  builtin(['int4', 'order'], known('number')),
  builtin(['int8', 'order'], known('big')),
  builtin(['numeric', 'order'], known('price')),
  builtin(['numeric(6,2)', 'order'], ['1.00', '-7.25', '0', 'NaN'], { base: 'numeric' }),
  builtin(['float8', 'order'], known('ratio')),
  builtin(['float4', 'order'], known('single')),
  builtin(['bool', 'equality'], ['true', 'false'], { ordered: true }),
  builtin(['uuid', 'order'], known('code')),
  builtin(['timestamptz', 'time'], known('at')),
  builtin(['timestamptz(0)', 'time'], ['2026-01-01T00:00:01Z', '10000-01-01T00:00:00Z'], {
    base: 'timestamptz',
  }),
  builtin(['timestamp', 'time'], known('local')),
  builtin(['date', 'time'], [...known('day'), '0044-03-15 BC']),
  builtin(['time', 'order'], known('clock')),
  builtin(['timetz', 'order'], ['00:00:00+00', '12:30:00.5-07', '24:00:00+02']),
  builtin(['interval', 'order'], known('span')),
  builtin(['bytea', 'order'], known('bytes')),
  builtin(['jsonb', 'json'], known('doc'), { ordered: true }),
  builtin(['json', 'json'], known('raw'), { form: '::jsonb' }),
  builtin(['daterange', 'range'], known('period')),
  builtin(['int4range', 'range'], ['empty', '[1,5)', '(,3)', '[4,)', '(,)']),
  builtin(['numrange', 'range'], ['empty', '[1.5,2.5]', '(0,1.50)', '(,NaN]']),
  builtin(['tstzrange', 'range'], ['["2026-01-01 00:00:00+00","2026-02-01 00:00:00+00")', '(,infinity)', 'empty']),
  builtin(['datemultirange', 'multirange'], known('periods')),
  builtin(['int8multirange', 'multirange'], ['{}', '{[1,5),[7,9)}', '{(,)}']),
  builtin(['inet', 'network'], known('ip')),
  builtin(['cidr', 'network'], ['10.0.0.0/8', '10.1.0.0/16', '::/0', '192.168.0.1/32']),
  builtin(['macaddr', 'order'], ['08:00:2b:01:02:03', 'ff:ff:ff:ff:ff:ff']),
  builtin(['macaddr8', 'order'], ['08:00:2b:01:02:03:04:05', '00:00:00:00:00:00:00:00']),
  builtin(['bit(3)', 'order'], ['000', '101', '111'], { base: 'varbit' }),
  builtin(['varbit', 'order'], ['', '0', '1', '101']),
  builtin(['money', 'order'], ['$1.00', '-$7.25', '$1,234.50']),
  builtin(['oid', 'order'], ['0', '7', '4294967295']),
  builtin(['xid8', 'order'], ['0', '7', '18446744073709551615']),
  builtin(['xid', 'equality'], known('transaction')),
  builtin(['pg_lsn', 'order'], ['0/0', '16/B374D848']),
  builtin(['tsvector', 'vector'], ["'a':1 'b':2", "'c'", '']),
  builtin(['tsquery', 'order'], ["'a' & 'b'", "!'c'"]),
  builtin(['point', 'equality'], ['(1,2)', '(-0.5,1e+20)'], unequal),
  builtin(['box', 'equality'], ['(2,2),(1,1)', '(0,0),(0,0)'], { ...unequal, delimiter: ';' }),
  builtin(['line', 'equality'], ['{1,-1,0}'], unequal),
  builtin(['path', 'equality'], ['((0,0),(1,1))', '[(0,0),(1,1)]'], unequal),
  builtin(['polygon', 'equality'], ['((0,0),(1,1),(1,0))'], unequal),
  builtin(['circle', 'equality'], ['<(0,0),1>', '<(1,1),0>'], unequal),
  builtin(['jsonpath', 'equality'], ['$."a"', 'strict $[*]'], unequal),
  builtin(['xml', 'equality'], ['<a/>', '<a b="c">d</a>'], unequal),
];

/** Types of extensions, which are installed in a separate schema. */
export const extended: readonly Builtin[] = [
  builtin(['ext.citext', 'citext'], ['', 'a', 'A', 'aB', 'Ab%', 'a_b', 'é']),
  builtin(['ext.ltree', 'ltree'], ['top', 'top.site', 'top.site.device', 'other']),
  builtin(['ext.hstore', 'hstore'], ['', '"a"=>"1"', '"a"=>NULL, "b"=>"x,y"', '"\\""=>"{}"'], {
    scalar: 'JSON',
  }),
  builtin(['ext.geometry', 'geometry'], ['POINT(1 2)', 'LINESTRING(0 0,1 1)', 'POINT EMPTY'], {
    scalar: 'GeoJSON',
    delimiter: ':',
  }),
];

/** The extensions that provide these types. */
export const extensions: readonly string[] = ['citext', 'ltree', 'hstore', 'postgis', 'intarray'];
