import { escapeLiteral } from 'pg';
import { builtIn } from '../../catalog/type.ts';
import { asJsonb, atPath, ifJsonType } from '../../db/sql/json.ts';
import { mapped } from '../../db/sql/slot.ts';
import { eq, own, type Sql, sql, trusted } from '../../db/sql/sql.ts';
import { scalarLeaf } from '../leaves.ts';
import type { ScalarName } from '../scalars.ts';
import type { FilterOperand, NestedOperator, Operators } from './operator.ts';

/** The types of JSON values, as PostgreSQL names them. */
export const jsonTypes = ['object', 'array', 'string', 'number', 'boolean', 'null'] as const;

const document = ({ sql: value }: FilterOperand): Sql => asJsonb(value);

/** Creates an operator that compares JSON values of one type as a scalar; values of other types count as absent. */
const typed = (description: string, scalar: ScalarName, type: string, value: (json: Sql) => Sql): NestedOperator => {
  const leaf = scalarLeaf(scalar);
  return {
    nested: leaf,
    description,
    operand: (operand) => ({ sql: value(document(operand)), type: builtIn(type), leaf }),
  };
};

const textOf = (json: Sql): Sql => sql`(${json} ${own('#>>')} '{}')`;

/** Pattern of a date: the 28 days that every month has, the 29th to 31st, or February 29 of a leap year. */
const day = String.raw`(?:(?!0000)\d{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)|(?:\d\d(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)-02-29)`;
const clock = String.raw`(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?`;
const zone = String.raw`(?:Z|[+-](?:0\d|1[0-4]):?[0-5]\d)`;
/**
 * Pattern of an instant in RFC 3339 that PostgreSQL can certainly cast. PostgreSQL 14 and 15 have no other way to test
 * whether it can.
 */
const instant = trusted(escapeLiteral(`^${day}[Tt ]${clock}${zone}$`));

export const json: Operators = {
  contains: {
    argument: 'JSON',
    description: 'Contains these keys and values, or these items.',
    condition: (operand, part) => sql`${document(operand)} ${own('@>')} ${mapped(part, String)}::pg_catalog.jsonb`,
  },
  hasKey: {
    argument: 'String',
    description: 'Has this key at its top level, or this string as an item.',
    condition: (operand, key) => sql`${document(operand)} ${own('?')} ${mapped(key, String)}::pg_catalog.text`,
  },
  type: {
    argument: 'jsonTypes',
    description: "Has one of these types; NULL is JSON's null.",
    condition: (operand, types) =>
      sql`pg_catalog.jsonb_typeof(${document(operand)}) ${eq} any (${types as string[]}::pg_catalog.text[])`,
  },
  number: typed('Compares a number; other values count as absent.', 'Decimal', 'numeric', (value) =>
    ifJsonType(value, 'number', sql`${value}::pg_catalog.numeric`),
  ),
  string: typed('Compares a string; other values count as absent.', 'String', 'text', (value) =>
    ifJsonType(value, 'string', textOf(value)),
  ),
  boolean: typed('Compares a Boolean; other values count as absent.', 'Boolean', 'bool', (value) =>
    ifJsonType(value, 'boolean', sql`${value}::pg_catalog.bool`),
  ),
  instant: typed(
    'Compares an instant, a string in RFC 3339; other values count as absent.',
    'DateTime',
    'timestamptz',
    (value) =>
      sql`(case when ${textOf(value)} ${own('~')} ${instant} then ${textOf(value)}::pg_catalog.timestamptz end)`,
  ),
  length: typed('Compares the length of an array; other values count as absent.', 'Int', 'int4', (value) =>
    ifJsonType(value, 'array', sql`pg_catalog.jsonb_array_length(${value})`),
  ),
};

export const at: NestedOperator = {
  nested: 'path',
  description: 'Compares the value at a path.',
  operand: (operand, path) => ({
    sql: atPath(document(operand), path),
    type: builtIn('jsonb'),
    leaf: scalarLeaf('JSON'),
  }),
};
