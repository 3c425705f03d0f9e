import { createHash } from 'node:crypto';

/** Encodes `parts`, as JSON, in an opaque text such as a cursor, which clients keep and send back. */
export const encodeOpaque = (parts: readonly unknown[]): string =>
  Buffer.from(JSON.stringify(parts)).toString('base64url');

/** Decodes an opaque text; null if it is not one. */
export function decodeOpaque(text: string): readonly unknown[] | null {
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    return Array.isArray(parts) ? parts : null;
  } catch {
    return null;
  }
}

/** Returns six characters that identify what an opaque text belongs to. Different parts hardly ever share them. */
export const fingerprint = (parts: readonly unknown[]): string =>
  createHash('sha1').update(JSON.stringify(parts)).digest('base64url').slice(0, 6);

/** Returns the part of a client's text that an error may quote. */
export const excerpt = (text: string): string => `"${text.slice(0, 80)}"`;
