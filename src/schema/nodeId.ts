import type { Key } from '../db/sql/match.ts';
import { badInput } from '../errors.ts';

/** Under which name a row that was found by its global id says its type. */
export const typeKey = '$type';

/** The global id of a row: its type and its primary key, opaque to clients. */
export const encodeNodeId = (type: string, key: Key): string =>
  Buffer.from(JSON.stringify([type, ...key])).toString('base64url');

/** Reads a global id back; throws BAD_USER_INPUT for a text that is none. */
export function decodeNodeId(id: string): { readonly type: string; readonly key: Key } {
  const parts = parse(id);
  if (!Array.isArray(parts) || parts.length < 2 || !parts.every((part) => typeof part === 'string'))
    throw badInput(`"${id.slice(0, 80)}" is not an id of this API`);
  const [type = '', ...key] = parts;
  return { type, key };
}

function parse(id: string): unknown {
  try {
    return JSON.parse(Buffer.from(id, 'base64url').toString());
  } catch {
    return undefined;
  }
}
