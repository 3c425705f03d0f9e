import type { Key } from '../db/sql/match.ts';
import { decodeOpaque, encodeOpaque, excerpt } from '../db/sql/opaque.ts';
import { badInput } from '../errors.ts';

/** The global id of a row: its type and its primary key, opaque to clients. */
export const encodeNodeId = (type: string, key: Key): string => encodeOpaque([type, ...key]);

/** Reads a global id back; throws BAD_USER_INPUT for a text that is none. */
export function decodeNodeId(id: string): { readonly type: string; readonly key: Key } {
  const parts = decodeOpaque(id);
  if (!parts || parts.length < 2 || !parts.every((part) => typeof part === 'string'))
    throw badInput(`${excerpt(id)} is not an id of this API`);
  const [type = '', ...key] = parts;
  return { type, key };
}
