import { DatabaseError } from 'pg';
import { AppError, type ErrorCode, unavailable } from '../errors.ts';
import { isConnectionLost } from './pool/connectionLost.ts';

export type StatementKind = 'read' | 'write';

interface Translation {
  /** The SQLSTATEs. */
  readonly states: RegExp;
  /** What must be so beside. */
  readonly when?: (error: DatabaseError, kind: StatementKind) => boolean;
  readonly code: ErrorCode;
  /** Without one PostgreSQL's own is shown: it speaks of the client's value, or is what the owner has to say. */
  readonly message?: string;
}

/** Whether the name that PostgreSQL does not find stands in our statement, not in what the owner of the schema wrote. */
const isOurs = ({ position }: DatabaseError): boolean => position !== undefined;

/** "cached plan must not change result type": the schema has changed since the statement was prepared. */
const isStalePlan = ({ code, routine }: DatabaseError): boolean =>
  code === '0A000' && routine === 'RevalidateCachedQuery';

/**
 * A plan that is stale, a prepared statement that is gone, or one that is there already: where a pooler lends another's
 * backend. PostgreSQL says them before it runs the statement.
 */
export const isUnprepared = (error: unknown): boolean =>
  error instanceof DatabaseError && (isStalePlan(error) || /^(26000|42P05)$/.test(error.code ?? ''));

/** Whether what our statement names is not what the catalog said that it is: so the catalog may have changed. */
export const isStaleName = (error: unknown, kind: StatementKind): error is DatabaseError =>
  error instanceof DatabaseError &&
  ((isOurs(error) && /^(42P01|42703|42704|42804|42809|42846|42883|3F000)$/.test(error.code ?? '')) ||
    // What a column or a key has become, PostgreSQL says after it has parsed the statement, without a position.
    (kind === 'write' && error.where === undefined && /^(428C9|42P10)$/.test(error.code ?? '')));

/**
 * Whether the catalog may have changed though the error has another meaning as well. A row that a policy refuses is the
 * client's fault; clients cannot send a label that an enum does not have, unless it had it when the catalog was read.
 */
export const isHint = (error: unknown): error is DatabaseError =>
  error instanceof DatabaseError &&
  (isStalePlan(error) ||
    (error.code === '42501' && error.routine !== 'ExecWithCheckOptions') ||
    (error.code === '22P02' && error.routine === 'enum_in'));

/** Whether a policy would hide rows from a statement that must read all. */
export const isHiding = (error: unknown): boolean =>
  error instanceof DatabaseError && error.routine === 'check_enable_rls';

/** Whether a statement would change something where nothing may. */
export const isWriting = (error: unknown): error is DatabaseError =>
  error instanceof DatabaseError && error.code === '25006';

/** PostgreSQL reads the text of a parameter before it runs the statement; types have SQLSTATEs of their own choice for it. */
const isAboutParameter = ({ where = '' }: DatabaseError): boolean =>
  /^[^"'\n]*\$\d+( = '.*)?$|^invalid type name /s.test(where);

/** The classes that PostgreSQL defines; any other is one that a function of the owner raises. */
const definedClasses = new Set(
  `00 01 02 03 08 09 0A 0B 0F 0L 0P 0Z 10 20 21 22 23 24 25 26 27 28 2B 2D 2F 34 38 39 3B 3D 3F 40 42 44 53 54 55 57 58
  72 F0 HV P0 XX`.split(/\s+/),
);

/** Citus plans no such statement over the rows of several nodes; it says so by the files of its planner alone. */
const isUnplanned = ({ file = '' }: DatabaseError): boolean =>
  /^(multi|query_pushdown|recursive|distributed|insert_select)_\w+\.c$/.test(file);

/** A function of the owner raised it to say something of its own: PostgreSQL and its extensions raise without context. */
const isOwnersWord = ({ code = '', where }: DatabaseError): boolean =>
  !definedClasses.has(code.slice(0, 2)) && where !== undefined;

/**
 * First match wins. What none matches is a defect, or a fault in the owner's views, policies, triggers and functions that
 * only its owner can mend: it is masked, and the log has it whole. What a violated constraint means,
 * `schema/mutations/violations.ts` tells. Source: PostgreSQL documentation, appendix "PostgreSQL Error Codes".
 */
const translations: readonly Translation[] = [
  { states: /^(22|P0001)/, code: 'BAD_USER_INPUT' },
  { states: /^(0A|3F|42|54|XX)/, when: isAboutParameter, code: 'BAD_USER_INPUT' },
  {
    states: /^(0A000|XX000)$/,
    when: isUnplanned,
    code: 'QUERY_TOO_COMPLEX',
    message: 'The cluster cannot combine rows of different nodes like this; leave out the relation or filter that does',
  },
  { states: /./, when: isOwnersWord, code: 'BAD_USER_INPUT' },
  {
    states: /^21000$/,
    when: ({ routine }) => routine === 'ExecOnConflictUpdate',
    code: 'BAD_USER_INPUT',
    message: 'Two inputs describe the same row',
  },
  {
    states: /^54000$/,
    when: ({ where }, kind) => kind === 'write' && where === undefined,
    code: 'BAD_USER_INPUT',
    message: 'A value is too large for the table or one of its indexes',
  },
  {
    states: /^(40|55(006|P03))/,
    when: (_, kind) => kind === 'write',
    code: 'CONFLICT',
    message: 'The rows are being changed by another transaction; try again',
  },
  { states: /^42501$/, code: 'FORBIDDEN', message: 'The database does not permit this' },
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
    message: 'The query is too complex for the database; ask for less at once',
  },
  {
    states: /^(08|26000|28|40|42P05|53|55(006|P03)|57|25P0[34]|3D)/,
    code: 'DATABASE_UNAVAILABLE',
    message: 'The database is not available; try again',
  },
];

/** Translates what pg throws; an error it does not know comes back unchanged, to be masked. */
export function fromPostgres(error: unknown, kind: StatementKind): unknown {
  if (error instanceof DatabaseError) {
    const { code = '' } = error;
    const found = translations.find(({ states, when }) => states.test(code) && (when?.(error, kind) ?? true));
    return found ? new AppError(found.code, found.message ?? error.message, { cause: error }) : error;
  }
  return isConnectionLost(error) ? unavailable(error) : error;
}

/** Whether PostgreSQL refuses a statement for what it says, so that another one may well succeed now. */
export function isRefused(error: unknown): boolean {
  const cause = error instanceof AppError ? error.cause : error;
  return cause instanceof DatabaseError && !/^(08|25|40|53|57)/.test(cause.code ?? '');
}
