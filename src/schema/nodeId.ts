import type { Key } from '../db/sql/match.ts';
import { decodeOpaque, encodeOpaque, excerpt } from '../db/sql/opaque.ts';
import { badInput } from '../errors.ts';

/** Encodes the global id of a row, which is opaque to clients, from its type and primary key. */
export const encodeNodeId = (type: string, key: Key): string => encodeOpaque([type, ...key]);

/** Decodes a global id; throws BAD_USER_INPUT for an invalid one. */
export function decodeNodeId(id: string): { readonly type: string; readonly key: Key } {
  const parts = decodeOpaque(id);
  if (!parts || parts.length < 2 || !parts.every((part) => typeof part === 'string'))
    throw badInput(`${excerpt(id)} is not an id of this API`);
  const [type = '', ...key] = parts;
  return { type, key };
}
