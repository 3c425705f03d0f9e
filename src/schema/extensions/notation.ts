import type { Column } from '../../catalog/catalog.ts';
import type { Row } from '../../db/sql/row.ts';
import { type Leaf, listLeaf, scalarLeaf } from '../leaves.ts';
import { type CustomScalarName, type customScalars, type ScalarName, scalars } from '../scalars.ts';

/** GraphQL types by column name, in GraphQL's notation: `{ tags: '[String]!', battery: 'Int' }`. */
export type Notations = Readonly<Record<string, string>>;

/** Values by column name, as the API shows them; enum values are the database's labels. */
export type Shaped<N extends Notations> = { readonly [name in keyof N]: Noted<N[name]> };

type Noted<N extends string> = N extends `${infer Type}!` ? Present<Type> : Present<N> | null;
type Present<N extends string> = N extends `[${infer Item}]`
  ? readonly Noted<Item>[]
  : N extends keyof Values
    ? Values[N]
    : N extends CustomScalarName
      ? CustomValue<(typeof customScalars)[N]>
      : string;

/** Values of GraphQL's own scalars that are not text. */
interface Values {
  readonly Int: number;
  readonly Float: number;
  readonly Boolean: boolean;
}

type CustomValue<S> = S extends { readonly inTypeScript: 'number' }
  ? number
  : S extends { readonly inTypeScript: 'unknown' }
    ? unknown
    : string;

type Optional<N extends string> = N | `${N}!`;

/** The notation of a scalar, or of a list of scalars. */
export type ScalarNotation = Optional<ScalarName | `[${Optional<ScalarName>}]`>;

/** Returns the notation of the type that a column has in GraphQL; it is nullable if the API may show null. */
export function notationOf({ nullable }: Pick<Column, 'nullable'>, leaf: Leaf): string {
  const { type, name, isList, items, mayBeNull } = leaf;
  const single = typeof type === 'string' ? type : name;
  const present = isList ? `[${single}${items?.mayBeNull === false ? '!' : ''}]` : single;
  return nullable || mayBeNull ? present : `${present}!`;
}

/** Returns a function that reads the values of a row's columns, each by its leaf. */
export function rowReader(leaves: ReadonlyMap<string, Leaf>): (row: Row) => Readonly<Record<string, unknown>> {
  return (row) => Object.fromEntries([...leaves].map(([name, leaf]) => [name, readValue(row[name] ?? null, leaf)]));
}

/**
 * Reads the columns in `notations` from rows. Throws for a column that is missing, and for a null where the notation ends
 * with `!`.
 */
export function readRows<N extends Readonly<Record<string, ScalarNotation>>>(
  rows: readonly Row[],
  notations: N,
): readonly Shaped<N>[] {
  const columns = Object.entries(notations).map(([name, notation]) => ({ name, notation, leaf: leafFor(notation) }));
  return rows.map((row) => {
    const values = columns.map(({ name, notation, leaf }) => {
      const text = row[name];
      if (text === undefined) throw new Error(`The statement returns no column "${name}"`);
      const value = readValue(text, leaf);
      if (value === null && notation.endsWith('!'))
        throw new Error(`"${name}" is null, which ${notation} does not allow`);
      return [name, value];
    });
    return Object.fromEntries(values) as Shaped<N>;
  });
}

function leafFor(notation: string): Leaf {
  const [, open = '', name = ''] = /^(\[?)(\w+)/.exec(notation) ?? [];
  if (!isScalar(name)) throw new Error(`"${notation}" is not a scalar of this API, or a list of one`);
  return open ? listLeaf(scalarLeaf(name), ',') : scalarLeaf(name);
}

const isScalar = (name: string): name is ScalarName => Object.hasOwn(scalars, name);

function readValue(text: string | null, leaf: Leaf): unknown {
  const value = text === null ? null : leaf.read(text);
  const error = [value].flat().find((item) => item instanceof Error);
  if (error) throw error;
  return value;
}
