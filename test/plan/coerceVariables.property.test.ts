import fc from 'fast-check';
import {
  buildSchema,
  type GraphQLScalarType,
  getVariableValues,
  type OperationDefinitionNode,
  parse,
  ValuesOfCorrectTypeRule,
  validate,
} from 'graphql';
import { expect, test } from 'vitest';
import { createCoercion } from '../../src/plan/coerceVariables.ts';
import { parseJson } from '../../src/schema/json.ts';
import { readVariables } from '../../src/schema/variables.ts';

const schema = buildSchema(`
  scalar Decimal
  scalar BigInt
  scalar JSON
  enum Level { LOW HIGH }
  input Part { a: Int f: Float = 2 t: Boolean b: [Level!] = [LOW] nested: Part any: JSON }
  input Whole { id: ID! amount: Decimal count: BigInt! = 3 part: Part! parts: [[Part]] constructor: String }
  input One @oneOf { a: Int part: Part }
  type Query { echo: Int }
`);
const refusing = schema.getType('Decimal') as GraphQLScalarType;
refusing.parseValue = (value) => {
  if (value === 'x') throw new Error('refused');
  return typeof value === 'object' ? undefined : `${value}`;
};

const types = ['Int', 'Float', 'String', 'Boolean', 'ID', 'Decimal', 'BigInt', 'JSON', 'Level', 'Part', 'Whole', 'One'];
const type = fc
  .tuple(fc.constantFrom(...types), fc.constantFrom('T', 'T!', '[T]', '[T!]!', '[[T]!]'))
  .map(([name, form]) => form.replace('T', name));
const fallback = fc.constantFrom('', '', ' = null', ' = 1', ' = LOW', ' = {id: 1, part: {}}', ' = [[{a: 1}]]');

/** Names of variables, two of which JavaScript's objects inherit. */
const names = ['__proto__', 'constructor', 'v'];

/** JSON of any form, mostly with names and values that fit somewhere. */
const { json } = fc.letrec<{ json: string; object: string }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom('null', '1', '-7', '2.5', '12345678901234567890', '1e2', 'true', '"LOW"', '"x"', '"7"', '""'),
    fc.array(tie('json'), { maxLength: 3 }).map((items) => `[${items}]`),
    tie('object'),
  ),
  object: fc
    .uniqueArray(
      fc.tuple(
        fc.constantFrom('a', 'b', 'id', 'part', 'parts', 'amount', 'count', 'nested', 'any', 'constructor', 'other'),
        tie('json'),
      ),
      {
        maxLength: 4,
        selector: ([name]) => name,
      },
    )
    .map((fields) => `{${fields.map(([name, value]) => `"${name}":${value}`)}}`),
}));

test('variables are coerced as graphql-js does, or refused when it refuses them', () => {
  let coerced = 0;
  fc.assert(
    fc.property(fc.array(fc.tuple(type, fallback, fc.option(json)), { maxLength: 3 }), (variables) => {
      const definitions = variables.map(([name, otherwise], i) => `$${names[i]}: ${name}${otherwise}`);
      const given = variables.flatMap(([, , value], i) => (value === null ? [] : [`"${names[i]}":${value}`]));
      const list = definitions.length > 0 ? `(${definitions})` : '';
      const document = parse(`query ${list} { echo }`);
      fc.pre(validate(schema, document, [ValuesOfCorrectTypeRule]).length === 0);
      const [operation] = document.definitions as [OperationDefinitionNode];
      const sent = parseJson(`{${given}}`) as Readonly<Record<string, unknown>>;
      const read = readVariables(schema, operation, sent);
      const expected = getVariableValues(schema, operation.variableDefinitions ?? [], read);
      const found = createCoercion(schema, operation)(sent);
      if (expected.coerced) coerced++;
      expect(plain(found)).toEqual(plain(expected.coerced ?? null));
    }),
    { numRuns: 5000 },
  );
  expect(coerced).toBeGreaterThan(500);
});

/** Copies a value without its prototypes, which may differ. */
const plain = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(plain)
    : typeof value === 'object' && value !== null && !JSON.isRawJSON(value)
      ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plain(one)]))
      : value;
