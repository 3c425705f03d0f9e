/** A type as PostgreSQL handles it; domains are resolved to their base types. */
export interface Type {
  /** Unqualified name, such as `int4`, `_text` or `event_severity`. */
  readonly name: string;
  /** Quoted and qualified name, for casts. */
  readonly sql: string;
  readonly enum: string | null;
  /** Type of an array's items, whatever its number of dimensions. */
  readonly item: Type | null;
  /** Delimiter between values of the type in the text of an array. */
  readonly delimiter: string;
  /** True if the column has a domain over this type. */
  readonly isDomain: boolean;
  /** True if a value is a row, which SQL considers null if all its members are. */
  readonly isRow: boolean;
  /** True if the type is a kind of text. */
  readonly isText: boolean;
  /** True if the type has its own operators for patterns. */
  readonly hasOwnPatterns: boolean;
  /** True if the collation is nondeterministic; PostgreSQL before 18 matches no patterns in such a collation. */
  readonly isNondeterministic: boolean;
  /** Types related to a range or multirange; null for any other type. */
  readonly range: RangeTypes | null;
  /** Quoted name of the type's schema. */
  readonly schema: string;
  /** Name of the extension that created the type; null if none did. */
  readonly extension: string | null;
  /**
   * True if the role may use the type and its operators. The role needs USAGE on their schemas, and EXECUTE on the
   * functions behind the operators.
   */
  readonly isUsable: boolean;
  /** Quoted names of those schemas on which the role has no USAGE. */
  readonly lacking: readonly string[];
  /**
   * Operators that compare values; null if the type has neither an order nor an equality, or the role may not use them.
   */
  readonly comparison: Comparison | null;
}

/** Types that belong to a range, as SQL. */
export interface RangeTypes {
  readonly element: string;
  readonly range: string;
  readonly multirange: string;
}

/**
 * Operators of a type's default operator class, by which PostgreSQL sorts, groups and indexes values, as
 * `operator(schema.name)`.
 */
export interface Comparison {
  readonly eq: string;
  /** Operators of the order; null if the type only has a hash operator class. */
  readonly order: Order | null;
}

export type Order = Readonly<Record<'lt' | 'lte' | 'gt' | 'gte', string>>;

/** Returns one of PostgreSQL's own types: ordered, and not an array, row or range. */
export const builtIn = (name: string): Type => ({
  name,
  sql: `pg_catalog.${name}`,
  enum: null,
  item: null,
  delimiter: ',',
  isDomain: false,
  isRow: false,
  isText: name === 'text',
  hasOwnPatterns: false,
  isNondeterministic: false,
  range: null,
  schema: 'pg_catalog',
  extension: null,
  isUsable: true,
  lacking: [],
  comparison: {
    eq: 'operator(pg_catalog.=)',
    order: {
      lt: 'operator(pg_catalog.<)',
      lte: 'operator(pg_catalog.<=)',
      gt: 'operator(pg_catalog.>)',
      gte: 'operator(pg_catalog.>=)',
    },
  },
});

/** Tells whether values of the type can be sorted. */
export const isOrdered = ({ comparison }: Type): boolean => comparison !== null && comparison.order !== null;

/** Tells whether the words of a value can be searched. */
export const isSearchable = ({ sql, isText }: Type): boolean => isText || isTsvector({ sql });

/** Tells whether the type is `tsvector`: the words of a text, prepared for searches. */
export const isTsvector = ({ sql }: Pick<Type, 'sql'>): boolean => sql === 'pg_catalog.tsvector';
