import { DatabaseError } from 'pg';
import type { Table } from '../../catalog/catalog.ts';
import { isOnNodes } from '../../catalog/distribution.ts';
import type { Values } from '../../db/sql/insertInput.ts';
import { AppError, badInput, type ErrorDetails } from '../../errors.ts';
import type { Types } from '../types.ts';
import { type FailedRow, failedRowOf, inputsMatching } from './failedRow.ts';

/** The facts about a change of rows that help to explain its error. */
export interface RowChange {
  readonly table: Table;
  readonly verb: 'create' | 'update' | 'delete';
  /** The values to write: those of one row, or of each input in a list. */
  readonly values: Values | readonly Values[];
}

/** A violated constraint, in the terms of the database and of the API. */
interface Violation {
  readonly constraint: string | null;
  readonly comment: string | null;
  readonly columns: readonly string[];
  /** API names of the columns. */
  readonly fields: readonly string[];
  /** Positions of the inputs that may have caused it; null if there is only one row. */
  readonly inputs: readonly number[] | null;
}

/** Explains which constraint of the table a change violates, and by which input; null for any other error. */
export function explainViolation(types: Types, change: RowChange, cause: unknown): AppError | null {
  if (!(cause instanceof DatabaseError && cause.code?.startsWith('23'))) return null;
  const violation = violationOf(types, change, cause);
  const { constraint, fields, inputs } = violation;
  if (cause.code === '23505' && inputs !== null && inputs.length > 1) return sameKey(inputs, fields);
  const hidden = cause.code === '23505' && !cause.detail ? repeatedKey(types, change) : null;
  if (hidden) return hidden;
  const details: ErrorDetails = {
    ...(constraint !== null && { constraint }),
    ...(fields.length > 0 && { fields }),
    ...(inputs?.length === 1 && { index: inputs[0] }),
  };
  const [code, general] = generalOf(cause);
  return new AppError(code, messageOf(types, change, cause, violation) ?? general, { cause, details });
}

/** Explains a violated constraint without knowing the statement; null for any other error. */
export function explainAnyViolation(cause: unknown): AppError | null {
  if (!(cause instanceof DatabaseError && cause.code?.startsWith('23'))) return null;
  const [code, message] = generalOf(cause);
  return new AppError(code, message, { cause, ...(cause.constraint && { details: { constraint: cause.constraint } }) });
}

const generalOf = ({ code = '' }: DatabaseError) =>
  /^23(502|514)$/.test(code)
    ? (['BAD_USER_INPUT', 'A value violates a constraint of the table'] as const)
    : (['CONFLICT', 'The row conflicts with another row'] as const);

/**
 * Finds inputs that share a unique key, for errors without a detail. PostgreSQL gives the detail of a partition's key
 * only to roles that may read the partition itself.
 */
function repeatedKey(types: Types, { table, values }: RowChange): AppError | null {
  if (!Array.isArray(values)) return null;
  const rows: readonly Values[] = values;
  for (const { columns } of table.indexes.filter(({ unique }) => unique)) {
    const keys = rows.map((row) => columns.map((name) => row.get(name) ?? null));
    const whole = [...keys.keys()].filter((i) => !keys[i]?.includes(null));
    const groups = [...Map.groupBy(whole, (i) => JSON.stringify(keys[i])).values()];
    const indexes = groups.find((same) => same.length > 1);
    if (indexes) return sameKey(indexes, types.names.fieldsOf(table, columns));
  }
  return null;
}

/** Creates the error for inputs with the same key. */
export function sameKey(indexes: readonly number[], fields: readonly string[]): AppError {
  const more = indexes.length - shownInputs;
  const shown = indexes.slice(0, shownInputs).join(', ') + (more > 0 ? ` and ${more} more` : '');
  return badInput(`inputs ${shown} have the same ${fields.join(', ')}`, { fields, indexes });
}

/** Maximum number of positions in a message. */
const shownInputs = 10;

function violationOf(types: Types, { table, values }: RowChange, cause: DatabaseError): Violation {
  const failed = failedRowOf(cause);
  const known = constraintOf(table, cause, failed);
  const columns = known?.columns ?? (cause.column ? [cause.column] : failed.columns);
  const named = columns.filter((name) => table.columns.some((column) => column.name === name));
  return {
    constraint: known?.name ?? (cause.dataType && cause.constraint) ?? null,
    comment: known?.comment ?? null,
    columns: named,
    fields: types.names.fieldsOf(table, named),
    inputs: Array.isArray(values) ? inputsMatching(types, table, values, cause, failed) : null,
  };
}

/**
 * Finds the violated constraint in the catalog. A partition's unique constraint is that of the whole table on the same
 * columns.
 */
function constraintOf(table: Table, cause: DatabaseError, { columns }: FailedRow) {
  const { constraint, code } = cause;
  const all = [
    ...table.indexes.filter(({ unique }) => unique),
    ...table.partialKeys,
    ...table.foreignKeys,
    ...table.checks,
  ];
  const onShards = namedOnShards(table, cause);
  const isSame = (other: readonly string[]) => other.join('\n') === columns.join('\n');
  return (
    all.find(({ name }) => name === constraint) ??
    all.find(({ name }) => onShards.includes(name)) ??
    (code === '23505' ? table.indexes.find((index) => index.unique && isSame(index.columns)) : undefined)
  );
}

/**
 * Returns the constraint names in an error of a table on several nodes. Citus has them only in the message, usually as
 * a shard names them: `"event_device_id_fkey_102048"`.
 */
const namedOnShards = (table: Table, { message }: DatabaseError): readonly string[] =>
  isOnNodes(table) ? [...message.matchAll(/"([^"]+?)(?:_\d+)?"/g)].flatMap(([, name = '']) => name) : [];

/** Explains a violation; undefined if there is nothing to add to the general message. */
function messageOf(types: Types, change: RowChange, cause: DatabaseError, violation: Violation): string | undefined {
  const { constraint, comment, fields } = violation;
  const type = types.of(change.table.name).name;
  const shown = fields.join(', ');
  switch (cause.code) {
    case '23502':
      return shown ? `"${shown}" must not be null` : undefined;
    case '23503':
    case '23001':
      return referenceMessage(types, change, cause, violation);
    case '23505':
      return shown ? `Another ${type} already has this ${shown}` : undefined;
    case '23514':
      if (constraint !== null) return `${shown || 'A value'} breaks the rule ${comment ?? constraint}`;
      return shown ? `No partition accepts a ${type} with this ${shown}` : undefined;
    case '23P01':
      return shown ? `The ${type} conflicts with another in ${shown}` : undefined;
    default:
      return undefined;
  }
}

/**
 * Explains a violated foreign key. The new row refers to a missing row, or a deleted row is still referred to; an
 * update may do either.
 */
function referenceMessage(types: Types, change: RowChange, cause: DatabaseError, violation: Violation): string {
  const { table, verb, values } = change;
  const key = table.foreignKeys.find(({ name }) => name === violation.constraint);
  const isNew = verb === 'create' || violation.columns.some((name) => values instanceof Map && values.has(name));
  if (key && isNew) return `There is no ${types.of(key.table).name} with this ${violation.fields.join(', ')}`;
  if (verb === 'create') return 'The row refers to a row that does not exist';
  const onShards = namedOnShards(table, cause).filter((name) => name !== table.name);
  const referring = types.all.find((other) => [cause.table, ...onShards].includes(other.table.name));
  return `${referring ? `A ${referring.name}` : 'Something'} still refers to this ${types.of(table.name).name}`;
}
