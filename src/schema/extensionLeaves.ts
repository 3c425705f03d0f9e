import { badInput } from '../errors.ts';
import { type Leaf, scalarLeaf } from './leaves.ts';
import { textNames } from './senses.ts';

const pair = /"((?:[^"\\]|\\.)*)"=>(?:NULL|"((?:[^"\\]|\\.)*)")/gs;
const unescaped = (text: string) => text.replaceAll(/\\(.)/gs, '$1');

/** Leaf of hstore: a JSON object of strings and nulls. */
export const hstoreLeaf: Leaf = {
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

/**
 * Converts a JSON argument to hstore. Numbers and Booleans become text as written, since hstore has no other values.
 */
function writeHstore(argument: unknown): string {
  const given = JSON.parse(String(argument), (_key, value, { source }) => (typeof value === 'number' ? source : value));
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
export const vectorLeaf: Leaf = {
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
