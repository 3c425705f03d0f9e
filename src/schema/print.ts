import { type GraphQLSchema, lexicographicSortSchema, printSchema } from 'graphql';

/**
 * Declaration of `@oneOf`. graphql-js does not print it, since GraphQL itself defines the directive. Tools that do not
 * know it yet, such as Apollo's composition, reject a schema that uses it undeclared.
 */
const oneOf = 'directive @oneOf on INPUT_OBJECT\n\n';

/** Prints a schema in GraphQL's definition language, sorted by name, so that equal schemas print the same. */
export const printSdl = (schema: GraphQLSchema): string => `${oneOf}${printSchema(lexicographicSortSchema(schema))}\n`;
