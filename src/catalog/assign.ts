import { derivedName } from './nameFamilies.ts';

/** A thing that needs a name. */
export interface Wanted {
  readonly key: string;
  /** Name in the database, or the one that a directive gives in its place; empty if `name` is made from other names. */
  readonly from: string;
  readonly name: string;
  /** Suffixes or longer forms of further names, which `derivedName` makes from `name`. */
  readonly family?: readonly string[];
}

/**
 * Gives each thing the name it wants. If several want the same, the one that already has it in the database wins, then
 * the first in byte order; the others get `_2`, `_3`. A thing whose name belongs to another's family gives way to that
 * one. A numbered name is skipped if another thing wants it. A `reserved` name gets an appended `_`; `taken` names are
 * already in use.
 */
export function assign(
  wanted: readonly Wanted[],
  reserved: readonly string[],
  taken: readonly string[] = [],
): ReadonlyMap<string, string> {
  const free = (name: string) => (reserved.includes(name) ? `${name}_` : name);
  const bases = new Set(wanted.map(({ name }) => free(name)));
  const relatives = new Set(
    wanted.flatMap(({ name, family = [] }) => family.map((part) => derivedName(free(name), part))),
  );
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
      ['', ...family].some((part) => used.has(derivedName(final, part))) || (final !== base && bases.has(final));
    let final = base;
    for (let n = 2; isTaken(final); n++) final = `${base}${base.endsWith('_') ? '' : '_'}${n}`;
    for (const part of ['', ...family]) used.add(derivedName(final, part));
    given.set(key, final);
  }
  return given;
}

/** Appends `_` to a name until it is unused. */
export const unusedName = (name: string, used: Pick<ReadonlyMap<string, unknown>, 'has'>): string =>
  used.has(name) ? unusedName(`${name}_`, used) : name;

const compareBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
