import { createHash } from 'node:crypto';
import type { Session } from './pool/session.ts';
import type { RowShape } from './sql/row.ts';

/** The names under which a connection has statements prepared. */
export interface Prepared {
  /** The name for a text; undefined where it is to be parsed each time. */
  nameOf(text: string): string | undefined;
  /** What has the name of that text is stale, or gone, or was there before. */
  renew(text: string): void;
  /** The names that a statement was prepared under ahead of its first use. */
  readonly ready: Set<string>;
  /** What the rows of prepared statements are like, by their names; as long as one is prepared that does not change. */
  readonly shapes: Map<string, RowShape>;
}

/** On one connection at most so many statements are prepared, which bounds its memory; the rest are planned each time. */
const limit = 500;

export function createPrepared({ pooler }: Session): Prepared {
  const names = new Map<string, string | undefined>();
  const lasts = pooler?.prepares ?? true;
  return {
    nameOf(text) {
      if (lasts && !names.has(text) && names.size < limit) names.set(text, digest(text));
      return names.get(text);
    },
    renew(text) {
      const name = names.get(text);
      // pg refuses to prepare under a name twice. A pooler goes by the text: with another name it is the same statement.
      if (name !== undefined) names.set(text, pooler ? undefined : digest(name));
    },
    ready: new Set(),
    shapes: new Map(),
  };
}

const digest = (text: string) => createHash('sha1').update(text).digest('base64url');
