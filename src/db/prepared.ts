import { createHash } from 'node:crypto';
import type { Session } from './pool/session.ts';
import type { RowShape } from './sql/row.ts';

/** The names of the prepared statements of a connection. */
export interface Prepared {
  /** Returns the name for a text; undefined if it is to be parsed each time. */
  nameOf(text: string): string | undefined;
  /** Replaces the name of a text whose statement is stale, is gone, or already existed. */
  renew(text: string): void;
  /** Names of the statements that make settings and are prepared, because they have run once. */
  readonly ready: Set<string>;
  /**
   * The shapes of the rows of prepared statements, by name. PostgreSQL refuses to change one while the statement stays
   * prepared. Absent behind a pooler, where another backend may have prepared a `select *` before its table changed.
   */
  readonly shapes: Map<string, RowShape> | undefined;
}

/** Limit of prepared statements on one connection, which bounds its memory; others are planned each time. */
const limit = 500;

export function createPrepared({ pooler }: Session): Prepared {
  const names = new Map<string, string | undefined>();
  const canPrepare = pooler?.prepares ?? true;
  return {
    nameOf(text) {
      if (canPrepare && !names.has(text) && names.size < limit) names.set(text, digest(text));
      return names.get(text);
    },
    renew(text) {
      const name = names.get(text);
      // pg refuses to prepare a name twice. Behind a pooler, which identifies statements by their text, a new name does
      // not help.
      if (name !== undefined) names.set(text, pooler ? undefined : digest(name));
    },
    ready: new Set(),
    shapes: pooler ? undefined : new Map(),
  };
}

const digest = (text: string) => createHash('sha1').update(text).digest('base64url');
