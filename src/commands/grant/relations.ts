import { ident, join, type Sql, sql } from '../../db/sql/sql.ts';
import type { Relation } from './contentsState.ts';

/** Starts a statement about the future objects of an owner. */
export const defaultsOf = (owner: string, schema: string): Sql =>
  sql`ALTER DEFAULT PRIVILEGES FOR ROLE ${ident(owner)} IN SCHEMA ${ident(schema)}`;

/** Groups objects by owner, since the statements about them run as the owner, or are printed for the owner to run. */
export const byOwner = <R extends Relation>(relations: readonly R[]): readonly (readonly [string, readonly R[]])[] => [
  ...Map.groupBy(relations, ({ owner }) => owner),
];

export const qualifiedNames = (schema: string, relations: readonly Relation[]): Sql =>
  join(relations.map(({ name }) => ident(schema, name)));

/** A kind of object, as GRANT names it. */
export type GrantedKind = 'TABLE' | 'SEQUENCE' | 'FUNCTION';

/** Formats a number of objects for people. */
export const count = ({ length }: readonly Relation[], kind: GrantedKind): string =>
  `${length} ${kind.toLowerCase()}${length === 1 ? '' : 's'}`;
