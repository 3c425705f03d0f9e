/** Relative difference up to which floats count as equal: a sum depends on the order in which nodes add. */
const tolerance = 1e-9;

/** Finds the first difference between two answers, as a path and both values; null if they are equal. */
export function difference(left: unknown, right: unknown, path = '$'): string | null {
  if (typeof left === 'number' && typeof right === 'number') {
    const isNear = Math.abs(left - right) <= tolerance * Math.max(Math.abs(left), Math.abs(right));
    return isNear ? null : unlike(left, right, path);
  }
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null)
    return left === right ? null : unlike(left, right, path);
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  for (const key of keys) {
    const found = difference(memberOf(left, key), memberOf(right, key), `${path}.${key}`);
    if (found) return found;
  }
  return null;
}

const memberOf = (value: object, key: string): unknown => (value as Readonly<Record<string, unknown>>)[key];

const unlike = (left: unknown, right: unknown, path: string) =>
  `${path}: ${JSON.stringify(left)} against ${JSON.stringify(right)}`;
