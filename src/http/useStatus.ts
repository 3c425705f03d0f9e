import type { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';

/**
 * A reply with data is a 200, whatever errors its fields have: what came of a request is for its errors to say. Their
 * headers stay: `Retry-After` holds for what is missing.
 */
export function useStatus(): Plugin {
  return {
    // After the mask, which gives statuses to the errors that nobody expected.
    onExecutionResult({ result }) {
      if (result && 'data' in result && result.data) result.errors?.forEach(dropStatus);
    },
  };
}

function dropStatus({ extensions }: GraphQLError): void {
  const { headers } = (extensions['http'] ?? {}) as { readonly headers?: Record<string, string> };
  extensions['http'] = { headers };
}
