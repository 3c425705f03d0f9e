import type { GraphQLParams, Plugin } from 'graphql-yoga';
import { badInput } from '../errors.ts';
import { parseJson } from '../schema/json.ts';

const texts = ['query', 'operationName', 'documentId', 'doc_id', 'id'] as const;
const json = ['variables', 'extensions'] as const;

/** Reads the parameters of a GET: Yoga's own parser knows no ids of documents, and takes broken JSON for our mistake. */
export function useGetParams(): Plugin {
  return {
    onRequestParse({ request, setRequestParser }) {
      if (request.method === 'GET') setRequestParser(({ url }) => parse(new URL(url).searchParams));
    },
  };
}

/** An empty parameter is none; those of other names are for others. */
function parse(params: URLSearchParams): GraphQLParams {
  const given = <Name extends string>(names: readonly Name[]) =>
    names.flatMap((name) => {
      const text = params.get(name);
      return text ? [[name, text] as const] : [];
    });
  return Object.fromEntries([...given(texts), ...given(json).map(([name, text]) => [name, parsed(name, text)])]);
}

function parsed(name: string, text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    throw badInput(`${name} must be JSON`);
  }
}
