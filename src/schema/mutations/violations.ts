import { DatabaseError } from 'pg';
import { isOnNodes, type Table } from '../../catalog/catalog.ts';
import type { Values } from '../../db/sql/insertInput.ts';
import { AppError, badInput, type ErrorDetails } from '../../errors.ts';
import type { Types } from '../types.ts';
import { type Failing, failingOf, matching } from './failing.ts';

/** What a statement is about to do, to tell what went wrong. */
export interface RowChange {
  readonly table: Table;
  readonly verb: 'create' | 'update' | 'delete';
  /** The values that it writes: of one row, or of each of a list of inputs. */
  readonly values: Values | readonly Values[];
}

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

/** Says which constraint of the table a change violates, by which input; null for any other error. */
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

/** Says that a constraint is violated by a statement of which no more is known; null for any other error. */
export function explainAnyViolation(cause: unknown): AppError | null {
  if (!(cause instanceof DatabaseError && cause.code?.startsWith('23'))) return null;
  const [code, message] = generalOf(cause);
  return new AppError(code, message, { cause, ...(cause.constraint && { details: { constraint: cause.constraint } }) });
}

const generalOf = ({ code = '' }: DatabaseError) =>
  /^23(502|514)$/.test(code)
    ? (['BAD_USER_INPUT', 'A value violates a constraint of the table'] as const)
    : (['CONFLICT', 'The row conflicts with another row'] as const);

/** Without a detail, which a partition has only for those who may read it itself, inputs still tell what they share. */
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

/** Inputs of one request are for the same row. */
export function sameKey(indexes: readonly number[], fields: readonly string[]): AppError {
  const more = indexes.length - shownInputs;
  const shown = indexes.slice(0, shownInputs).join(', ') + (more > 0 ? ` and ${more} more` : '');
  return badInput(`inputs ${shown} have the same ${fields.join(', ')}`, { fields, indexes });
}

/** So many positions at most does a message name. */
const shownInputs = 10;

function violationOf(types: Types, { table, values }: RowChange, cause: DatabaseError): Violation {
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
function constraintOf(table: Table, cause: DatabaseError, { columns }: Failing) {
  const { constraint, code } = cause;
  const all = [
    ...table.indexes.filter(({ unique }) => unique),
    ...table.partialKeys,
    ...table.foreignKeys,
    ...table.checks,
  ];
  const isSame = (other: readonly string[]) => other.join('\n') === columns.join('\n');
  return (
    all.find(({ name }) => name === constraint) ??
    all.find(({ name }) => namedOnShards(table, cause).includes(name)) ??
    (code === '23505' ? table.indexes.find((index) => index.unique && isSame(index.columns)) : undefined)
  );
}

/** Citus tells names in the message alone, most of them as a shard has them: `"event_device_id_fkey_102048"`. */
const namedOnShards = (table: Table, { message }: DatabaseError): readonly string[] =>
  isOnNodes(table) ? [...message.matchAll(/"([^"]+?)(?:_\d+)?"/g)].flatMap(([, name = '']) => name) : [];

/** What the violation means; undefined where the general message says all that there is to say. */
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

/** A new row refers to none that is there, a row that goes is still referred to; a changed one may do either. */
function referenceMessage(types: Types, change: RowChange, cause: DatabaseError, violation: Violation): string {
  const { table, verb, values } = change;
  const key = table.foreignKeys.find(({ name }) => name === violation.constraint);
  const isNew = verb === 'create' || violation.columns.some((name) => values instanceof Map && values.has(name));
  if (key && isNew) return `There is no ${types.of(key.table).name} with this ${violation.fields.join(', ')}`;
  if (verb === 'create') return 'The row refers to one that is not there';
  const onShards = namedOnShards(table, cause).filter((name) => name !== table.name);
  const referring = types.all.find((other) => [cause.table, ...onShards].includes(other.table.name));
  return `${referring ? `A ${referring.name}` : 'Something'} still refers to this ${types.of(table.name).name}`;
}
