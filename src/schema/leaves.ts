import type { Catalog, Column, Enum } from '../catalog/catalog.ts';
import type { Names } from '../catalog/naming.ts';
import type { Type } from '../catalog/type.ts';
import { AppError, badInput } from '../errors.ts';
import type { Builder, EnumRef } from './builder.ts';
import { described } from './description.ts';
import { jsonWriter, quotedJson, type Scalar, type ScalarName, scalarOf, scalars } from './scalars.ts';
import { type Sense, senseOf, textNames } from './senses.ts';

/** Describes how a column's values travel between PostgreSQL and the client: a single value, or a list. */
export interface Leaf {
  readonly type: ScalarName | EnumRef;
  /** Name of the type, with which the names of its filters begin. */
  readonly name: string;
  /** Determines how values, or the items of a list, are compared. */
  readonly sense: Sense;
  readonly isList: boolean;
  /** Whether GraphQL may have to show a value as null: a number that JSON cannot express, or JSON's own null. */
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

/** Returns the leaf of a column, or of other values of its type. */
export type LeafOf = (column: Pick<Column, 'type'>) => Leaf;

/**
 * Returns the function that finds a column's leaf, and defines the enum types. `onNewLabel` is called for enum labels
 * that the catalog lacks.
 */
export function createLeaves(
  builder: Builder,
  catalog: Catalog,
  names: Names,
  onNewLabel: (error: Error) => void = () => {},
): LeafOf {
  // GraphQL does not allow enums without values.
  const filled = catalog.enums.filter(({ labels }) => labels.length > 0);
  const enums = new Map(filled.map((type) => [type.id, enumLeaf(builder, type, names, onNewLabel)]));
  const itemLeaf = (type: Type): Leaf => {
    const leaf = (type.enum === null ? undefined : enums.get(type.enum)) ?? scalarLeaf(scalarOf(type));
    const sense = senseOf(type);
    if (sense === 'hstore') return hstoreLeaf;
    if (sense === 'embedding') return vectorLeaf;
    return { ...leaf, sense, name: leaf.type === 'String' ? textNames[sense] : leaf.name };
  };
  return ({ type }) => {
    if (!type.item) return itemLeaf(type);
    const item = itemLeaf(type.item);
    // GraphQL has nested lists, but leaves do not.
    return listLeaf(
      item.isList ? { ...scalarLeaf('String'), name: textNames.equality, sense: 'equality' } : item,
      type.item.delimiter,
    );
  };
}

/** Returns the leaf of PostgreSQL's arrays of such items. */
export const listLeaf = (item: Leaf, delimiter: string): Leaf => ({
  ...item,
  isList: true,
  mayBeNull: false,
  read: (text) => splitList(text, delimiter).map((one) => (one === null ? null : item.read(one))),
  items: { leaf: item, mayBeNull: true, of: (text) => splitList(text, delimiter) },
  write: (value) => writeList(Array.isArray(value) ? value : [value], delimiter, item.write),
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

const pair = /"((?:[^"\\]|\\.)*)"=>(?:NULL|"((?:[^"\\]|\\.)*)")/gs;
const unescaped = (text: string) => text.replaceAll(/\\(.)/gs, '$1');

/** Leaf of hstore: a JSON object of strings and nulls. */
const hstoreLeaf: Leaf = {
  ...scalarLeaf('JSON'),
  name: textNames.hstore,
  sense: 'hstore',
  mayBeNull: false,
  read: readHstore,
  json: (text) => JSON.stringify(readHstore(text)),
  write: writeHstore,
  isText: (text) => text === [...text.matchAll(pair)].map(([whole]) => whole).join(', '),
};

function readHstore(text: string): Readonly<Record<string, string | null>> {
  const entries = [...text.matchAll(pair)].map(
    ([, key = '', value]) => [unescaped(key), value === undefined ? null : unescaped(value)] as const,
  );
  return Object.fromEntries(entries);
}

/** Converts a JSON argument to hstore. Numbers and Booleans become text, since hstore has no other values. */
function writeHstore(argument: unknown): string {
  const given: unknown = JSON.parse(String(argument));
  const isObject = typeof given === 'object' && given !== null && !Array.isArray(given);
  const entries = isObject ? Object.entries(given) : [];
  if (!isObject || entries.some(([, value]) => typeof value === 'object' && value !== null))
    throw badInput('An hstore is a JSON object of strings and nulls; write it like {"unit": "V"}');
  const quoted = (text: string) => `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
  return entries.map(([key, value]) => `${quoted(key)}=>${value === null ? 'NULL' : quoted(String(value))}`).join(',');
}

const float = scalarLeaf('Float');
const numbersOf = (text: string) => text.slice(1, -1).split(',');

/** Leaf of pgvector's vectors: a list of numbers. */
const vectorLeaf: Leaf = {
  ...float,
  name: textNames.embedding,
  sense: 'embedding',
  isList: true,
  mayBeNull: false,
  read: (text) => numbersOf(text).map(float.read),
  items: { leaf: float, mayBeNull: false, of: numbersOf },
  write: (value) => JSON.stringify(value),
  isText: (text) => text.startsWith('['),
};

function enumLeaf(builder: Builder, type: Enum, names: Names, onNewLabel: (error: Error) => void): Leaf {
  const name = names.enumType(type);
  const values = names.enumValues(type);
  const written = new Map([...values].map(([label, value]) => [label, quotedJson(value)]));
  const unknownLabel = (): AppError => {
    const error = new AppError(
      'DATABASE_UNAVAILABLE',
      `${name} has a new value in the database; send the request again`,
    );
    onNewLabel(error);
    return error;
  };
  const ref = builder.enumType(name, {
    description: described(type.comment, type.name, name),
    values: Object.fromEntries(
      type.labels.map((label) => {
        const value = values.get(label) ?? label;
        const deprecationReason = type.deprecations?.get(label);
        return [value, { value: label, deprecationReason, ...(value !== label && { description: `\`${label}\`` }) }];
      }),
    ),
  });
  return {
    type: ref,
    name,
    sense: 'order',
    isList: false,
    mayBeNull: false,
    read: (text) => (values.has(text) ? text : unknownLabel()),
    json: (text) => written.get(text) ?? unknownLabel(),
    write: String,
    isText: (text) => values.has(text),
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

/**
 * Splits an array's text into the texts of its items. Items of a multidimensional array are listed row by row, because
 * PostgreSQL does not fix the number of dimensions and GraphQL does.
 */
function splitList(text: string, delimiter: string): readonly (string | null)[] {
  const item = new RegExp(String.raw`"([^"\\]*(?:\\.[^"\\]*)*)"|[^{}${delimiter}]+`, 'g');
  // A lower bound other than 1 is a prefix: [2:3]={a,b}.
  return [...text.slice(text.indexOf('{')).matchAll(item)].map(([whole, escaped]) => {
    if (escaped !== undefined) return escaped.replaceAll(/\\(.)/g, '$1');
    return whole === 'NULL' ? null : whole;
  });
}

/** Writes PostgreSQL's text of an array, with all items quoted. */
export const writeList = (items: readonly unknown[], delimiter: string, write: Leaf['write']): string =>
  `{${items.map((item) => (item === null ? 'NULL' : `"${write(item).replaceAll(/["\\]/g, '\\$&')}"`)).join(delimiter)}}`;
