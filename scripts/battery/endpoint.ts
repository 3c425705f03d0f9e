import { buildClientSchema, type GraphQLSchema, getIntrospectionQuery, type IntrospectionQuery } from 'graphql';

/** The comparable part of a server's answer. */
export interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

export interface Question {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** A server, reached over HTTP. */
export interface Endpoint {
  readonly ask: (question: Question) => Promise<Answer>;
  readonly schema: () => Promise<GraphQLSchema>;
}

export function openEndpoint(url: string, authorization: string | undefined): Endpoint {
  const ask: Endpoint['ask'] = async (question) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(authorization !== undefined && { authorization }) },
      body: JSON.stringify(question),
    });
    return (await response.json()) as Answer;
  };
  return {
    ask,
    async schema() {
      const { data, errors } = await ask({ query: getIntrospectionQuery(), variables: {} });
      if (!data) throw new Error(`${url} does not tell its schema: ${JSON.stringify(errors)}`);
      return buildClientSchema(data as IntrospectionQuery);
    },
  };
}
