import type { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';

/**
 * Sets the status of a response with data to 200, whatever errors its fields have; the errors themselves tell what
 * failed. Headers of the errors stay: `Retry-After` tells when to ask for what is missing.
 */
export function useStatus(): Plugin {
  return {
    // Runs after the mask, which sets the status of unexpected errors.
    onExecutionResult({ result }) {
      if (result && 'data' in result && result.data) result.errors?.forEach(dropStatus);
    },
  };
}

function dropStatus({ extensions }: GraphQLError): void {
  const { headers } = (extensions['http'] ?? {}) as { readonly headers?: Record<string, string> };
  extensions['http'] = { headers };
}
