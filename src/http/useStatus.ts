import type { ExecutionResult } from 'graphql';
import type { Plugin } from 'graphql-yoga';

/**
 * A reply with data is a 200, whatever errors its fields have; except where the database answered nothing at all:
 * then a 503 lets clients and proxies try again.
 */
export function useStatus(): Plugin {
  return {
    // After the mask, which gives statuses to the errors that nobody expected.
    onExecutionResult({ result, setResult }) {
      if (isSingle(result) && result.data && result.errors) setResult({ ...result, errors: settled(result) });
    },
  };
}

const isSingle = (result: unknown): result is ExecutionResult =>
  typeof result === 'object' && result !== null && 'data' in result;

function settled({ data, errors = [] }: ExecutionResult): ExecutionResult['errors'] {
  const answered = Object.values(data ?? {}).some((value) => value !== null);
  const unavailable = errors.every((error) => error.extensions['code'] === 'DATABASE_UNAVAILABLE');
  if (!answered && unavailable) return errors;
  for (const error of errors) delete error.extensions['http'];
  return errors;
}
