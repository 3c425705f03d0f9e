import { DatabaseError } from 'pg';
import type { Table } from '../../catalog/catalog.ts';
import { AppError, badInput, type ErrorDetails } from '../../errors.ts';
import type { Types } from '../types.ts';
import { type Failing, failingOf, matching } from './failing.ts';
import type { Change } from './write.ts';

/** A violated constraint, as far as the API has words for it. */
interface Violation {
  readonly constraint: string | null;
  readonly comment: string | null;
  readonly columns: readonly string[];
  /** The same, in the words of the API. */
  readonly fields: readonly string[];
  /** Which inputs may have caused it; null where there is but one row. */
  readonly inputs: readonly number[] | null;
}

/** Says which constraint of the table a change violates, by which input; any other error comes back as it is. */
export function explainViolation(types: Types, change: Change, error: unknown): unknown {
  const cause = error instanceof AppError ? error.cause : null;
  if (!(error instanceof AppError && cause instanceof DatabaseError && cause.code?.startsWith('23'))) return error;
  const violation = violationOf(types, change, cause);
  const { constraint, fields, inputs } = violation;
  if (cause.code === '23505' && inputs !== null && inputs.length > 1) return sameKey(inputs, fields);
  const details: ErrorDetails = {
    ...(constraint !== null && { constraint }),
    ...(fields.length > 0 && { fields }),
    ...(inputs?.length === 1 && { index: inputs[0] }),
  };
  return new AppError(error.code, messageOf(types, change, cause, violation) ?? error.message, { cause, details });
}

/** Inputs of one request are for the same row. */
export function sameKey(indexes: readonly number[], fields: readonly string[]): AppError {
  const more = indexes.length - shownInputs;
  const shown = indexes.slice(0, shownInputs).join(', ') + (more > 0 ? ` and ${more} more` : '');
  return badInput(`inputs ${shown} have the same ${fields.join(', ')}`, { fields, indexes });
}

/** So many positions at most does a message name. */
const shownInputs = 10;

function violationOf(types: Types, { table, values }: Change, cause: DatabaseError): Violation {
  const failing = failingOf(cause);
  const known = constraintOf(table, cause, failing);
  const columns = known?.columns ?? (cause.column ? [cause.column] : failing.columns);
  const named = columns.filter((name) => table.columns.some((column) => column.name === name));
  return {
    constraint: known?.name ?? (cause.dataType && cause.constraint) ?? null,
    comment: known?.comment ?? null,
    columns: named,
    fields: types.names.fieldsOf(table, named),
    inputs: Array.isArray(values) ? matching(types, table, values, cause, failing) : null,
  };
}

/** The constraint that the catalog has by this name; a partition's own is that of the whole table on the same columns. */
function constraintOf(table: Table, { constraint, code }: DatabaseError, { columns }: Failing) {
  const all = [...table.indexes.filter(({ unique }) => unique), ...table.foreignKeys, ...table.checks];
  const isSame = (other: readonly string[]) => other.join('\n') === columns.join('\n');
  return (
    all.find(({ name }) => name === constraint) ??
    (code === '23505' ? table.indexes.find((index) => index.unique && isSame(index.columns)) : undefined)
  );
}

/** What the violation means; undefined where the general message says all that there is to say. */
function messageOf(types: Types, change: Change, cause: DatabaseError, violation: Violation): string | undefined {
  const { constraint, comment, columns, fields } = violation;
  const { table, verb } = change;
  const type = types.names.type(table);
  const shown = fields.join(', ');
  switch (cause.code) {
    case '23502':
      return shown ? `"${shown}" must not be null` : undefined;
    case '23503':
    case '23001': {
      const key = table.foreignKeys.find(({ name }) => name === constraint);
      const isOwn = key && verb !== 'delete' && (verb === 'create' || columns.some((name) => isGiven(change, name)));
      if (isOwn) return `There is no ${types.names.type(types.of(key.table).table)} with this ${shown}`;
      const referring = types.all.find((other) => other.table.name === cause.table);
      return `${referring ? `A ${referring.name}` : 'Something'} still refers to this ${type}`;
    }
    case '23505':
      return shown ? `There is a ${type} with this ${shown} already` : undefined;
    case '23514':
      if (constraint !== null) return `${shown || 'A value'} breaks the rule ${comment ?? constraint}`;
      return shown ? `There is no place for a ${type} with this ${shown}` : undefined;
    case '23P01':
      return shown ? `The ${type} conflicts with another in ${shown}` : undefined;
    default:
      return undefined;
  }
}

const isGiven = ({ values }: Change, column: string) => values instanceof Map && values.has(column);
