import type { Catalog, Column, Enum, Type } from '../catalog/catalog.ts';
import type { Names } from '../catalog/naming.ts';
import { AppError, badInput } from '../errors.ts';
import type { Builder, EnumRef } from './builder.ts';
import { described } from './description.ts';
import { jsonWriter, quotedJson, type Scalar, type ScalarName, scalarOf, scalars } from './scalars.ts';
import { type Sense, senseOf, textNames } from './senses.ts';

/** How a column's values travel: one value, or a list of them. */
export interface Leaf {
  readonly type: ScalarName | EnumRef;
  /** The name of the type, which those of its filters begin with. */
  readonly name: string;
  /** How values are compared, those in a list too. */
  readonly sense: Sense;
  readonly isList: boolean;
  /** Whether a value may have no form in GraphQL but null: a number that JSON does not have, or the null that JSON has. */
  readonly mayBeNull: boolean;
  readonly read: Scalar['read'];
  /** A value as text of JSON, or why it has no form there; of a list see `items`. */
  readonly json: (text: string) => string | Error;
  /** Of a list: how its items travel, and their texts. */
  readonly items?: {
    readonly leaf: Leaf;
    readonly mayBeNull: boolean;
    readonly of: (text: string) => readonly (string | null)[];
  };
  /** The text of an argument, in which graphql-js has put that of custom scalars already. */
  readonly write: (argument: unknown) => string;
  /** Whether a text may be one of PostgreSQL's for a value; PostgreSQL itself looks closer. */
  readonly isText: (text: string) => boolean;
}

/** Finds the leaf of a column; the enum types are defined once, here. `onNewLabel` hears of labels that they do not have. */
export function createLeaves(
  builder: Builder,
  catalog: Catalog,
  names: Names,
  onNewLabel: (error: Error) => void = () => {},
): (column: Pick<Column, 'type'>) => Leaf {
  // GraphQL has no enum without values.
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
    // GraphQL has lists of lists, but a leaf has not.
    return listLeaf(
      item.isList ? { ...scalarLeaf('String'), name: textNames.equality, sense: 'equality' } : item,
      type.item.delimiter,
    );
  };
}

/** The leaf of PostgreSQL's array of these items. */
export const listLeaf = (item: Leaf, delimiter: string): Leaf => ({
  ...item,
  isList: true,
  mayBeNull: false,
  read: (text) => splitList(text, delimiter).map((one) => (one === null ? null : item.read(one))),
  items: { leaf: item, mayBeNull: true, of: (text) => splitList(text, delimiter) },
  write: (value) => writeList(Array.isArray(value) ? value : [value], delimiter, item.write),
  isText: (text) => text.endsWith('}'),
});

/** The leaf of a scalar, whatever the column. */
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

/** An hstore, as a JSON object of strings and nulls. */
const hstoreLeaf: Leaf = {
  ...scalarLeaf('JSON'),
  name: textNames.hstore,
  sense: 'hstore',
  mayBeNull: false,
  read: readHstore,
  json: (text) => JSON.stringify(readHstore(text)),
  write: writeHstore,
};

function readHstore(text: string): Readonly<Record<string, string | null>> {
  const entries = [...text.matchAll(pair)].map(
    ([, key = '', value]) => [unescaped(key), value === undefined ? null : unescaped(value)] as const,
  );
  return Object.fromEntries(entries);
}

/** Reads the text of a JSON argument; numbers and truths become their text, as hstore has it. */
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

/** A vector of pgvector, as a list of numbers. */
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
    const error = new AppError('DATABASE_UNAVAILABLE', `A value of ${name} is new in the database; read it again`);
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

/** PostgreSQL does not fix the number of an array's dimensions, GraphQL does: the items are listed row by row. */
function splitList(text: string, delimiter: string): readonly (string | null)[] {
  const item = new RegExp(String.raw`"([^"\\]*(?:\\.[^"\\]*)*)"|[^{}${delimiter}]+`, 'g');
  // A lower bound other than 1 is written in front: [2:3]={a,b}.
  return [...text.slice(text.indexOf('{')).matchAll(item)].map(([whole, escaped]) => {
    if (escaped !== undefined) return escaped.replaceAll(/\\(.)/g, '$1');
    return whole === 'NULL' ? null : whole;
  });
}

/** PostgreSQL's text of an array: every item quotedJson. */
export const writeList = (items: readonly unknown[], delimiter: string, write: Leaf['write']): string =>
  `{${items.map((item) => (item === null ? 'NULL' : `"${write(item).replaceAll(/["\\]/g, '\\$&')}"`)).join(delimiter)}}`;
