import pg from 'pg';
import { type Sql, toQuery, trusted } from '../../db/sql/sql.ts';

/** One thing that is to hold. */
export interface Change {
  /** What that is; the same before and after. */
  readonly what: string;
  /** The database in which the statements run. */
  readonly database: string;
  /** Who may run them; null for an administrator of roles. */
  readonly owner: string | null;
  /** What makes it so; empty where it is so already. */
  readonly statements: readonly string[];
  /** Another way, for a server that refuses the first. */
  readonly otherwise?: readonly string[];
  /** Whether the app runs without it. */
  readonly isDispensable?: boolean;
}

/** Roles belong to no database; this one is in every server, and has Azure's functions for them. */
export const serverDatabase = 'postgres';

/** The text of a statement that takes no parameters, as those of the data definition language. */
export function statement(query: Sql): string {
  const { text, values } = toQuery(query);
  if (values.length > 0) throw new Error(`A statement with parameters: ${text}`);
  return `${text};`;
}

/** Citus refuses statements over reference tables after it has worked on several shards at once. */
export const inSequence = "SET citus.multi_shard_modify_mode TO 'sequential';";

export const literal = (text: string): Sql => trusted(pg.escapeLiteral(text));

/** A name for people, as a statement would quote it. */
export const quoted = (name: string): string => pg.escapeIdentifier(name);
