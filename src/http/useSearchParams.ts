import type { Plugin } from 'graphql-yoga';
import { badInput } from '../errors.ts';

/** Says of a GET whose `variables` or `extensions` are no JSON what is wrong; Yoga would take it for an error of its own. */
export function useSearchParams(): Plugin {
  return {
    onRequestParse({ request, requestParser, setRequestParser }) {
      if (request.method !== 'GET' || !requestParser) return;
      setRequestParser((original) => {
        try {
          return requestParser(original);
        } catch (error) {
          if (error instanceof SyntaxError) throw badInput('variables and extensions must be JSON');
          throw error;
        }
      });
    },
  };
}
