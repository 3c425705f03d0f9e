import { type GraphQLSchema, lexicographicSortSchema, printSchema } from 'graphql';

/** graphql-js leaves it out, as part of GraphQL; tools that do not know it yet, such as Apollo's composition, refuse a schema that uses it without. */
const oneOf = 'directive @oneOf on INPUT_OBJECT\n\n';

/** The schema in GraphQL's definition language, by name: two prints of one schema differ in nothing. */
export const printSdl = (schema: GraphQLSchema): string => `${oneOf}${printSchema(lexicographicSortSchema(schema))}\n`;
