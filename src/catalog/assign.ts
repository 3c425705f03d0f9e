import { member } from './nameFamilies.ts';

/** Something that wants a name. */
export interface Wanted {
  readonly key: string;
  /** The name in the database; one that conversion left unchanged wins a collision. */
  readonly from: string;
  readonly name: string;
  /** The further names that come with it. */
  readonly family?: readonly string[];
}

/**
 * Gives each its wanted name; in a collision the unchanged name wins, then byte order, and the losers get `_2`, `_3`.
 * A name that belongs to another's family loses to it, and a number never makes a name that another wants. What wants a
 * `reserved` name gets it with `_`; `taken` names were given before.
 */
export function assign(
  wanted: readonly Wanted[],
  reserved: readonly string[],
  taken: readonly string[] = [],
): ReadonlyMap<string, string> {
  const free = (name: string) => (reserved.includes(name) ? `${name}_` : name);
  const bases = new Set(wanted.map(({ name }) => free(name)));
  const relatives = new Set(wanted.flatMap(({ name, family = [] }) => family.map((part) => member(free(name), part))));
  const given = new Map<string, string>();
  const used = new Set([...reserved, ...taken]);
  for (const { key, name, family = [] } of wanted.toSorted(
    (a, b) =>
      Number(relatives.has(free(a.name))) - Number(relatives.has(free(b.name))) ||
      Number(b.from === b.name) - Number(a.from === a.name) ||
      compareBytes(a.key, b.key),
  )) {
    const base = free(name);
    const isTaken = (final: string) =>
      ['', ...family].some((part) => used.has(member(final, part))) || (final !== base && bases.has(final));
    let final = base;
    for (let n = 2; isTaken(final); n++) final = `${base}${base.endsWith('_') ? '' : '_'}${n}`;
    for (const part of ['', ...family]) used.add(member(final, part));
    given.set(key, final);
  }
  return given;
}

const compareBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
