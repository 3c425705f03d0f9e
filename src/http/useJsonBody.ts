import { GraphQLError } from 'graphql';
import type { GraphQLParams, Plugin } from 'graphql-yoga';
import { badInput } from '../errors.ts';
import { parseJson } from '../schema/json.ts';

const jsonTypes = ['application/json', 'application/graphql+json'];

/** Reads JSON bodies with the digits of their numbers, which Yoga's own parser rounds; refuses those that are encoded. */
export function useJsonBody(): Plugin {
  return {
    onRequestParse({ request: { method, headers }, setRequestParser }) {
      if (method !== 'POST') return;
      const encoding = headers.get('content-encoding') ?? 'identity';
      if (encoding.toLowerCase() !== 'identity') throw encoded(encoding);
      const [type = ''] = (headers.get('content-type') ?? '').split(/[;,]/);
      if (jsonTypes.includes(type.trim().toLowerCase()))
        setRequestParser(async (request) => paramsOf(textOf(await request.arrayBuffer())));
    },
  };
}

function textOf(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw badInput('The body is not UTF-8');
  }
}

function paramsOf(text: string): GraphQLParams {
  const body = parsed(text);
  if (typeof body === 'object' && body !== null && !JSON.isRawJSON(body)) return body;
  throw badInput(`The body must be a JSON object, not ${text.slice(0, 40)}`);
}

function parsed(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    throw badInput('The body is not JSON');
  }
}

const encoded = (encoding: string) =>
  new GraphQLError(`The body is encoded as ${encoding.slice(0, 40)}: send it as it is`, {
    extensions: { code: 'BAD_USER_INPUT', http: { status: 415, headers: { 'Accept-Encoding': 'identity' } } },
  });
