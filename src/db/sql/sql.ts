import { hash } from 'node:crypto';
import type { PartitionCount } from '../../catalog/catalog.ts';
import { tooComplex } from '../../errors.ts';
import { arrayItem } from './arrayText.ts';
import { Slot } from './slot.ts';
import { loneSurrogate } from './wellFormed.ts';

const isSql = Symbol('sql');

/** A fragment of SQL with its bound values. Fragments nest, and values never become part of the text. */
export interface Sql {
  readonly text: readonly string[];
  readonly values: readonly Value[];
  /** True if the values can prune partitions, so that PostgreSQL should plan the statement for exactly these values. */
  readonly prunes: boolean;
  /** True if the fragment calls functions of the schema's owner, which may do anything. */
  readonly calls: boolean;
  /** Subject of a whole statement; absent for a fragment. */
  readonly subject?: StatementSubject;
  readonly [isSql]: true;
}

/** The subject of a statement, for measurements: what it does, to which table of which schema. */
export interface StatementSubject {
  readonly operation: 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE';
  readonly collection: string;
}

/** A value that can be bound: text in PostgreSQL's input format, a list of texts, or a slot to be filled. */
export type Value = string | number | null | readonly (string | number | null)[] | Slot;

/** Builds a fragment from a template: fragments in it become part of the text, all else is bound as a value. */
export function sql(strings: TemplateStringsArray, ...parts: readonly (Sql | Value)[]): Sql {
  const text = [strings[0] ?? ''];
  const values: Value[] = [];
  let prunes = false;
  let calls = false;
  const append = (s: string) => text.push((text.pop() ?? '') + s);
  parts.forEach((part, i) => {
    if (isFragment(part)) {
      append(part.text[0] ?? '');
      text.push(...part.text.slice(1));
      values.push(...part.values);
      prunes ||= part.prunes;
      calls ||= part.calls;
    } else {
      if (Array.isArray(part) && part.some((item) => item instanceof Slot))
        throw new Error('A slot is in a known list');
      values.push(part);
      text.push('');
    }
    append(strings[i + 1] ?? '');
  });
  return { text, values, prunes, calls, [isSql]: true };
}

export const empty = sql``;

/** Quotes an identifier, which may be qualified. */
export const ident = (...names: readonly string[]): Sql => trusted(names.map(quote).join('.'));

/** Inserts SQL from the catalog or from this program, such as a type's name or a keyword; never from a client. */
export const trusted = (text: string): Sql => ({
  text: [text],
  values: [],
  prunes: false,
  calls: false,
  [isSql]: true,
});

/** Returns PostgreSQL's own operator, independent of the search_path. It binds tighter than `=` and looser than `+`. */
export const own = (operator: string): Sql => trusted(`operator(pg_catalog.${operator})`);

export const eq = own('=');
export const ne = own('<>');
export const lt = own('<');
export const lte = own('<=');
export const gt = own('>');
export const gte = own('>=');

/** Joins fragments, with `glue` between them as it stands. */
export function join(parts: readonly Sql[], glue = ', '): Sql {
  const text = [''];
  const values: Value[] = [];
  parts.forEach((part, i) => {
    text.push((text.pop() ?? '') + (i === 0 ? '' : glue) + (part.text[0] ?? ''), ...part.text.slice(1));
    values.push(...part.values);
  });
  const some = (flag: 'prunes' | 'calls') => parts.some((part) => part[flag]);
  return { text, values, prunes: some('prunes'), calls: some('calls'), [isSql]: true };
}

/** Marks a condition on a column of the partition key of a table with many partitions. */
export const pruning = (condition: Sql, partitions: PartitionCount | false | undefined): Sql =>
  partitions === 'many' ? { ...condition, prunes: true } : condition;

/** Marks a call of a function of the schema's owner. */
export const calling = (call: Sql): Sql => ({ ...call, calls: true });

/** Builds the condition that all conditions hold; true if there are none. */
export const and = (parts: readonly Sql[]): Sql =>
  parts.length === 0 ? sql`true` : parts.length === 1 && parts[0] ? parts[0] : sql`(${join(parts, ' and ')})`;

/** Builds the condition that at least one condition holds; false if there are none. */
export const or = (parts: readonly Sql[]): Sql =>
  parts.length === 0 ? sql`false` : parts.length === 1 && parts[0] ? parts[0] : sql`(${join(parts, ' or ')})`;

/**
 * Maximum number of parameters: PostgreSQL's protocol counts them in 16 bits, and more would corrupt the message and
 * end the connection.
 */
const maxValues = 65_535;

/** A value as pg sends it. */
export type BoundValue = string | null;

/**
 * Renders the text with `$1, $2, ...` and its values; throws QUERY_TOO_COMPLEX if there are too many values, and
 * BAD_USER_INPUT for a text that UTF-8 cannot represent.
 */
export function toQuery({ text, values }: Sql): { text: string; values: BoundValue[] } {
  if (values.length > maxValues) throw tooComplex(`The query has more than ${maxValues} values; give fewer at a time`);
  return { text: textOf(text), values: values.map(boundValueOf) };
}

/** Returns the text of a statement's parts, joined once for all statements that differ only in their values. */
function textOf(parts: readonly string[]): string {
  const text = texts.get(parts) ?? parts.reduce((all, part, i) => `${all}$${i}${part}`);
  texts.set(parts, text);
  return text;
}

const texts = new WeakMap<readonly string[], string>();

/** Returns a value as pg sends it, a list as PostgreSQL's text of an array. */
function boundValueOf(value: Value): BoundValue {
  if (value === null) return value;
  if (typeof value === 'number') return String(value);
  if (value instanceof Slot) return value.toString(); // throws: the slot was not filled
  const text = typeof value === 'string' ? value : `{${value.map((item) => arrayItem(item?.toString() ?? null))}}`;
  if (!text.isWellFormed()) throw loneSurrogate();
  return text;
}

/** Fills a statement's slots with their values for these variables. */
export const filled = (query: Sql, variables: Readonly<Record<string, unknown>>): Sql =>
  query.values.some((value) => value instanceof Slot)
    ? {
        ...query,
        values: query.values.map((value) => (value instanceof Slot ? (value.valueFor(variables) as Value) : value)),
      }
    : query;

/** Returns a short text that identifies a statement with its values, as PostgreSQL receives them. */
export const identity = (query: Sql, { values } = toQuery(query)): string =>
  digestOf(query.text) + JSON.stringify(values);

/** Returns a digest of a statement's text, made once for all statements that differ only in their values. */
function digestOf(parts: readonly string[]): string {
  const digest = digests.get(parts) ?? hash('sha256', textOf(parts), 'base64url');
  digests.set(parts, digest);
  return digest;
}

const digests = new WeakMap<readonly string[], string>();

const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;
const isFragment = (part: Sql | Value): part is Sql => typeof part === 'object' && part !== null && isSql in part;
