import { type GraphQLSchema, lexicographicSortSchema, printSchema } from 'graphql';

/** The schema in GraphQL's definition language, by name: two prints of one schema differ in nothing. */
export const printSdl = (schema: GraphQLSchema): string => `${printSchema(lexicographicSortSchema(schema))}\n`;
