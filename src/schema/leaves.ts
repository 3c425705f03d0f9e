import type { Column } from '../catalog/catalog.ts';
import type { EnumRef } from './builder.ts';
import { splitList, writeList } from './listText.ts';
import type { Scalar } from './scalar.ts';
import { type ScalarName, scalars } from './scalars.ts';
import type { Sense } from './senses.ts';

/** Describes how a column's values travel between PostgreSQL and the client: a single value, or a list. */
export interface Leaf {
  readonly type: ScalarName | EnumRef;
  /** Name of the type, with which the names of its filters begin. */
  readonly name: string;
  /** Determines how values, or the items of a list, are compared. */
  readonly sense: Sense;
  readonly isList: boolean;
  /** True if GraphQL may have to show a value as null: a number that JSON cannot express, or JSON's own null. */
  readonly mayBeNull: boolean;
  readonly read: Scalar['read'];
  /** Converts a value to JSON text, or returns the error that prevents it. For lists see `items`. */
  readonly json: (text: string) => string | Error;
  /** Leaf of a list's items, and the function that splits a list into their texts. */
  readonly items?: {
    readonly leaf: Leaf;
    readonly mayBeNull: boolean;
    readonly of: (text: string) => readonly (string | null)[];
  };
  /** Returns the text of an argument. graphql-js has already converted those of custom scalars to text. */
  readonly write: (argument: unknown) => string;
  /** Tells whether a text could be PostgreSQL's text of a value; PostgreSQL itself checks more closely. */
  readonly isText: (text: string) => boolean;
}

/** Returns the prefix of the names of a leaf's types. */
export const leafName = ({ name, isList }: Leaf): string => `${name}${isList ? 'List' : ''}`;

/** Tells whether the leaf's values are JSON documents, which have values at paths; an hstore has none. */
export const isDocument = ({ type, isList, sense }: Leaf): boolean => type === 'JSON' && !isList && sense !== 'hstore';

/** Returns the leaf of a column, or of other values of its type. */
export type LeafOf = (column: Pick<Column, 'type'>) => Leaf;

/** Returns the leaf of PostgreSQL's arrays of such items. */
export const listLeaf = (item: Leaf, delimiter: string): Leaf => ({
  ...item,
  isList: true,
  mayBeNull: false,
  read: (text) => splitList(text, delimiter).map((one) => (one === null ? null : item.read(one))),
  items: { leaf: item, mayBeNull: true, of: (text) => splitList(text, delimiter) },
  write: (value) => writeList(value, delimiter, item.write),
  isText: (text) => text.endsWith('}'),
});

/** Returns the leaf of a scalar, independently of any column. */
export function scalarLeaf(name: ScalarName): Leaf {
  const { read, write } = scalars[name];
  return {
    type: name,
    name,
    sense: name === 'String' ? 'text' : name === 'Boolean' || name === 'JSON' ? 'equality' : 'order',
    isList: false,
    mayBeNull: name === 'Float' || name === 'JSON',
    read,
    json: jsonWriter(scalars[name]),
    write: String,
    isText: (text) => isReadable(text, read, write),
  };
}

function isReadable(text: string, read: Scalar['read'], write: Scalar['write']): boolean {
  try {
    const value = read(text);
    if (!(value instanceof Error)) write(value);
    return !Number.isNaN(value);
  } catch {
    return false;
  }
}

/** Returns the function that converts a scalar's text to JSON text. */
function jsonWriter({ read, isPlain = false, json }: Scalar): NonNullable<Scalar['json']> {
  if (json) return json;
  return isPlain ? (text) => `"${String(read(text))}"` : (text) => quotedJson(String(read(text)));
}

/** Quotes a text as JSON; most texts need no escapes. */
export const quotedJson = (text: string): string =>
  /["\\]|[^\u0020-\uffff]/.test(text) ? JSON.stringify(text) : `"${text}"`;
