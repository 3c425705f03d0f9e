import pg from 'pg';
import { type Sql, toQuery, trusted } from '../../db/sql/sql.ts';

/** A condition that must hold after `grant`, with the statements that establish it. */
export interface Change {
  /** The condition in words, the same before and after. */
  readonly what: string;
  /** The database in which the statements run. */
  readonly database: string;
  /** The role that may run the statements; null for an administrator who may create or alter the app's role. */
  readonly owner: string | null;
  /** True if the statements alter the app's role, which from PostgreSQL 16 on takes ADMIN OPTION on it. */
  readonly altersRole?: boolean;
  /** The statements; empty if the condition already holds. */
  readonly statements: readonly string[];
  /** The statements to run instead on a server that refuses `statements`. */
  readonly otherwise?: readonly string[];
  /** True if the app runs without the change. */
  readonly isOptional?: boolean;
}

/**
 * The database in which statements about roles run, because roles belong to no database. Every server has it, and on
 * Azure it has the functions for Entra roles.
 */
export const serverDatabase = 'postgres';

/** Returns the text of a statement without parameters, such as data definition. */
export function statement(query: Sql): string {
  const { text, values } = toQuery(query);
  if (values.length > 0) throw new Error(`This statement must have no parameters: ${text}`);
  return `${text};`;
}

/** Returns the function that creates changes for owners in a database. */
export const changesIn =
  ({ name }: { readonly name: string }) =>
  (what: string, owner: string, statements: readonly Sql[]): Change => ({
    what,
    database: name,
    owner,
    statements: statements.map(statement),
  });

/**
 * The setting with which Citus accepts, within one transaction, statements on reference tables after statements on several
 * shards.
 */
export const sequentialMode = "SET citus.multi_shard_modify_mode TO 'sequential';";

export const literal = (text: string): Sql => trusted(pg.escapeLiteral(text));

/** Quotes a name in a message as in a statement. */
export const quoted = (name: string): string => pg.escapeIdentifier(name);
