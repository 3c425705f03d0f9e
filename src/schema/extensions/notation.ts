import type { Column } from '../../catalog/catalog.ts';
import type { Row } from '../../db/sql/row.ts';
import { type Leaf, listLeaf, scalarLeaf } from '../leaves.ts';
import { type CustomScalarName, type customScalars, type ScalarName, scalars } from '../scalars.ts';

/** Names with the GraphQL type of each, in GraphQL's notation: `{ tags: '[String]!', battery: 'Int' }`. */
export type Notations = Readonly<Record<string, string>>;

/** Values as the API shows them, by their names; those of enums are the labels that the database has. */
export type Shaped<N extends Notations> = { readonly [name in keyof N]: Noted<N[name]> };

type Noted<N extends string> = N extends `${infer Type}!` ? Present<Type> : Present<N> | null;
type Present<N extends string> = N extends `[${infer Item}]`
  ? readonly Noted<Item>[]
  : N extends keyof Values
    ? Values[N]
    : N extends CustomScalarName
      ? CustomValue<(typeof customScalars)[N]>
      : string;

/** GraphQL's own scalars that are no text. */
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

/** The notation of a scalar, or of a list of one. */
export type ScalarNotation = Optional<ScalarName | `[${Optional<ScalarName>}]`>;

/** The notation of a column's type; null is noted wherever the API may show it. */
export const notationOf = ({ nullable }: Pick<Column, 'nullable'>, { name, isList, mayBeNull }: Leaf): string =>
  `${isList ? `[${name}]` : name}${nullable || mayBeNull ? '' : '!'}`;

/** Reads the values of some columns of a row, each by its leaf. */
export function rowReader(leaves: ReadonlyMap<string, Leaf>): (row: Row) => Readonly<Record<string, unknown>> {
  return (row) => Object.fromEntries([...leaves].map(([name, leaf]) => [name, readValue(row[name] ?? null, leaf)]));
}

/** Reads the rows of a statement, whose columns have the names and types that are noted; throws where they have not. */
export function readRows<N extends Readonly<Record<string, ScalarNotation>>>(
  rows: readonly Row[],
  notations: N,
): readonly Shaped<N>[] {
  const columns = Object.entries(notations).map(([name, notation]) => {
    const leaf = noted(notation);
    return { name, notation, leaf };
  });
  return rows.map((row) => {
    const values = columns.map(({ name, notation, leaf }) => {
      const text = row[name];
      if (text === undefined) throw new Error(`The statement returns no column "${name}"`);
      const value = readValue(text, leaf);
      if (value === null && notation.endsWith('!')) throw new Error(`"${name}" is null, which ${notation} rules out`);
      return [name, value];
    });
    return Object.fromEntries(values) as Shaped<N>;
  });
}

function noted(notation: string): Leaf {
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
