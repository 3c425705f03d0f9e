import { readFile } from 'node:fs/promises';
import { composeServices } from '@apollo/composition';
import { buildSchema, isInputObjectType, lexicographicSortSchema, parse, printSchema } from 'graphql';
import { expect, test } from 'vitest';

const sdl = await readFile(new URL('../../schema.graphql', import.meta.url), 'utf8');
const schema = buildSchema(sdl);

test('graphql-js reads the printed schema, and recognises @oneOf', () => {
  const marked = sdl.match(/^input \w+ @oneOf/gm) ?? [];
  const known = Object.values(schema.getTypeMap()).filter((type) => isInputObjectType(type) && type.isOneOf);
  expect(known.length).toBe(marked.length);
  expect(known.length).toBeGreaterThan(10);
  expect(sdl).toContain(printSchema(lexicographicSortSchema(schema)));
});

test("Apollo's composition takes the printed schema as a subgraph", () => {
  const { errors, schema: composed } = composeServices([{ name: 'events', typeDefs: parse(sdl) }]);
  expect(errors).toBeUndefined();
  expect(composed?.type('Device')).toBeDefined();
});
