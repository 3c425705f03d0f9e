import { createHash } from 'node:crypto';

/** A text that clients keep and send back without knowing what is in it, such as a cursor; `parts` become JSON. */
export const encodeOpaque = (parts: readonly unknown[]): string =>
  Buffer.from(JSON.stringify(parts)).toString('base64url');

/** The parts of an opaque text; null where the text is none. */
export function decodeOpaque(text: string): readonly unknown[] | null {
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    return Array.isArray(parts) ? parts : null;
  } catch {
    return null;
  }
}

/** Six characters that say what an opaque text is of: equal only for equal parts. */
export const fingerprint = (parts: readonly unknown[]): string =>
  createHash('sha1').update(JSON.stringify(parts)).digest('base64url').slice(0, 6);

/** What an error shows of a text that a client sent. */
export const excerpt = (text: string): string => `"${text.slice(0, 80)}"`;
