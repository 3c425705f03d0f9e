import { DatabaseError } from 'pg';
import { AppError, type ErrorCode, unavailable } from '../errors.ts';
import { isConnectionLost } from './pool/connectionLost.ts';

export type StatementKind = 'read' | 'write';

interface Translation {
  /** Pattern of the SQLSTATEs that it translates. */
  readonly states: RegExp;
  /** A further condition. */
  readonly when?: (error: DatabaseError, kind: StatementKind) => boolean;
  readonly code: ErrorCode;
  /**
   * The message. If it is absent, PostgreSQL's own is shown: it concerns the client's value, or the owner wrote it.
   */
  readonly message?: string;
}

/**
 * Tells whether a missing name is in our statement and not in the owner's code: PostgreSQL gives a position only for our
 * statement.
 */
const isOurs = ({ position }: DatabaseError): boolean => position !== undefined;

/** Detects "cached plan must not change result type": the schema changed after the statement was prepared. */
const isStalePlan = ({ code, routine }: DatabaseError): boolean =>
  code === '0A000' && routine === 'RevalidateCachedQuery';

/**
 * Tells whether a prepared statement is stale, is missing, or already exists because a pooler switched backends.
 * PostgreSQL reports these before it runs the statement.
 */
export const isUnprepared = (error: unknown): boolean =>
  error instanceof DatabaseError && (isStalePlan(error) || /^(26000|42P05)$/.test(error.code ?? ''));

/** Tells whether a name in our statement is no longer what the catalog said, so the schema has probably changed. */
export const isStaleName = (error: unknown, kind: StatementKind): error is DatabaseError =>
  error instanceof DatabaseError &&
  ((isOurs(error) && /^(42P01|42703|42704|42804|42809|42846|42883|3F000)$/.test(error.code ?? '')) ||
    // Changes of a column's kind or of a key are reported after parsing, without a position.
    (kind === 'write' && error.where === undefined && /^(428C9|42P10)$/.test(error.code ?? '')));

/**
 * Tells whether an error may come from a change of the schema, although it has other causes as well. A row that a policy
 * refuses does not count: it is the client's fault. An unknown enum label does: clients can only send labels that the
 * enum had when the catalog was read.
 */
export const suggestsSchemaChange = (error: unknown): error is DatabaseError =>
  error instanceof DatabaseError &&
  (isStalePlan(error) ||
    (error.code === '42501' && error.routine !== 'ExecWithCheckOptions') ||
    (error.code === '22P02' && error.routine === 'enum_in'));

/** Tells whether PostgreSQL refused a statement that must read all rows, because a policy would hide some. */
export const isRowSecurityRefusal = (error: unknown): boolean =>
  error instanceof DatabaseError && error.routine === 'check_enable_rls';

/** Tells whether PostgreSQL refused to write, because only reads are allowed. */
export const isReadOnlyRefusal = (error: unknown): error is DatabaseError =>
  error instanceof DatabaseError && error.code === '25006';

/**
 * Tells whether an error concerns the text of a parameter, which PostgreSQL reads before it runs the statement. Types
 * choose their own SQLSTATEs for that.
 */
const isAboutParameter = ({ where = '' }: DatabaseError): boolean =>
  /^[^"'\n]*\$\d+( = '.*)?$|^invalid type name /s.test(where);

/**
 * Tells whether the error may be that of a type that cannot read a text, although nothing in the error says so. Types use
 * the SQLSTATEs below for such texts, and the error then has neither a position in the statement nor a context.
 */
export const mayBeUnreadable = (error: unknown): error is DatabaseError =>
  error instanceof DatabaseError &&
  /^(0A|3F|42|54|XX)/.test(error.code ?? '') &&
  error.code !== '42501' &&
  error.position === undefined &&
  error.where === undefined;

/** Error classes that PostgreSQL defines. */
const definedClasses = new Set(
  `00 01 02 03 08 09 0A 0B 0F 0L 0P 0Z 10 20 21 22 23 24 25 26 27 28 2B 2D 2F 34 38 39 3B 3D 3F 40 42 44 53 54 55 57 58
  72 F0 HV P0 XX`.split(/\s+/),
);

/**
 * Detects a statement that Citus cannot plan over several nodes, by the source file of the error: nothing else in it shows
 * that Citus' planner raised it.
 */
const isUnplanned = ({ file = '' }: DatabaseError): boolean =>
  /^(multi|query_pushdown|recursive|distributed|insert_select)_\w+\.c$/.test(file);

/** Detects geometries in different coordinate systems, for which PostGIS has no SQLSTATE. */
const isMixed = ({ message }: DatabaseError): boolean => message.includes('Operation on mixed SRID geometries');

/**
 * Tells whether a function of the owner raised the error in a class of its own. Extensions also have such classes, but
 * raise their errors without context.
 */
const isOwnersMessage = ({ code = '', where }: DatabaseError): boolean =>
  !definedClasses.has(code.slice(0, 2)) && where !== undefined;

/**
 * Translations of errors; the first match wins. An error without a translation is a defect, or a fault in the owner's
 * views, policies, triggers and functions: it is masked, and logged in full. Violated constraints are explained by
 * `schema/mutations/violations.ts`. Source: PostgreSQL documentation, appendix "PostgreSQL Error Codes".
 */
const translations: readonly Translation[] = [
  { states: /^(22|P0001)/, code: 'BAD_USER_INPUT' },
  { states: /^(0A|3F|42|54|XX)/, when: isAboutParameter, code: 'BAD_USER_INPUT' },
  {
    states: /^(0A000|XX000)$/,
    when: isUnplanned,
    code: 'QUERY_TOO_COMPLEX',
    message:
      'The cluster cannot combine rows of different nodes like this; leave out the relation or filter that needs it',
  },
  {
    states: /^XX000$/,
    when: isMixed,
    code: 'BAD_USER_INPUT',
    message:
      "A geometry must be in its column's coordinate system; name that system as its crs, unless it is longitude and latitude",
  },
  { states: /./, when: isOwnersMessage, code: 'BAD_USER_INPUT' },
  {
    states: /^21000$/,
    when: ({ routine }) => routine === 'ExecOnConflictUpdate',
    code: 'BAD_USER_INPUT',
    message: 'Two inputs have the same key; leave one of them out',
  },
  {
    states: /^54000$/,
    when: ({ where }, kind) => kind === 'write' && where === undefined,
    code: 'BAD_USER_INPUT',
    message: 'A value is too large for the table or one of its indexes; shorten it',
  },
  {
    states: /^(40|55(006|P03))/,
    when: (_, kind) => kind === 'write',
    code: 'CONFLICT',
    message: 'The rows are being changed by another transaction; try again',
  },
  { states: /^42501$/, code: 'FORBIDDEN', message: 'Grants or row security in the database do not permit this' },
  {
    states: /^25006$/,
    code: 'DATABASE_UNAVAILABLE',
    message: 'The database is read-only at the moment; try again later',
  },
  {
    states: /^57014$/,
    code: 'TIMEOUT',
    message: 'The database took too long; ask for less, or narrow the filter',
  },
  {
    states: /^(53400|54)/,
    code: 'QUERY_TOO_COMPLEX',
    message: 'The query is too complex for the database; ask for less at a time',
  },
  {
    states: /^(08|26000|28|40|42P05|53|55(006|P03)|57|25P0[34]|3D)/,
    code: 'DATABASE_UNAVAILABLE',
    message: 'The database is not available; try again',
  },
];

/** Translates an error of pg; an unknown one is returned unchanged, to be masked. */
export function fromPostgres(error: unknown, kind: StatementKind): unknown {
  if (error instanceof DatabaseError) {
    const { code = '' } = error;
    const found = translations.find(({ states, when }) => states.test(code) && (when?.(error, kind) ?? true));
    return found ? new AppError(found.code, found.message ?? error.message, { cause: error }) : error;
  }
  return isConnectionLost(error) ? unavailable(error) : error;
}

/** Tells whether PostgreSQL refused a statement because of its content, so that another statement may succeed. */
export function isRefused(error: unknown): boolean {
  const cause = error instanceof AppError ? error.cause : error;
  return cause instanceof DatabaseError && !/^(08|25|40|53|57)/.test(cause.code ?? '');
}
