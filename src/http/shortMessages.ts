import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';

/** Maximum lengths, in characters. */
const longestWord = 200;
const longestMessage = 1000;

/** Shortens what an error quotes from the request, which may be as long as the request itself. */
export function shortened(error: GraphQLError): GraphQLError {
  const { message, nodes, source, positions, path, originalError, extensions } = error;
  if (message.length <= longestMessage) return error;
  const words = message.split(' ').map((word) => cut(word, longestWord));
  const options = { nodes, source, positions, path, originalError, extensions };
  return new GraphQLError(cut(words.join(' '), longestMessage), options);
}

/** Keeps both ends of a long text. */
function cut(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const half = longest / 2;
  return `${text.slice(0, half)}...${text.slice(-half)}`;
}

/** Shortens the messages of validation, which the error mask does not see. */
export function useShortMessages(): Plugin {
  return {
    onValidate:
      () =>
      ({ result, setResult }) => {
        const errors: readonly Error[] = result;
        setResult(errors.map((error) => (error instanceof GraphQLError ? shortened(error) : error)));
      },
  };
}
