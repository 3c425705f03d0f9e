import type { Type } from '../../catalog/type.ts';
import { propertyOf, type Slot } from '../../db/sql/slot.ts';

/**
 * Returns the wider type in which to compare a number that the column's type cannot hold; undefined if it can. Such a
 * number is less or greater than every value of the column.
 */
export function widerFor({ sql: type }: Pick<Type, 'sql'>, number: string | Slot): string | undefined {
  const wider = widers[type];
  return wider && propertyOf(number, (text) => wider(String(text)));
}

const widers: Readonly<Record<string, (number: string) => string | undefined>> = {
  'pg_catalog.int2': (text) => (isSmallInt(Number(text)) ? undefined : 'pg_catalog.int4'),
  'pg_catalog.int8': (text) => (isBigInt(text) ? undefined : 'pg_catalog.numeric'),
  'pg_catalog.float4': (text) => (isSingle(Number(text)) ? undefined : 'pg_catalog.float8'),
};

const isSmallInt = (number: number): boolean => number >= -(2 ** 15) && number < 2 ** 15;

/**
 * Tells whether a number fits into 64 bits. Long numbers are refused by their length, since converting them takes time.
 */
function isBigInt(text: string): boolean {
  const digits = text.replace(/^[+-]?0*/, '');
  if (digits.length > 19) return false;
  const number = BigInt(text.startsWith('-') ? `-${digits || 0}` : digits);
  return BigInt.asIntN(64, number) === number;
}

/** Tells whether a number can be cast to float4. PostgreSQL refuses one that would become infinite or zero. */
const isSingle = (number: number): boolean =>
  !Number.isFinite(number) || number === 0 || (Number.isFinite(Math.fround(number)) && Math.fround(number) !== 0);
