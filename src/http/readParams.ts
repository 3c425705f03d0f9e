import type { IncomingMessage } from 'node:http';
import { GraphQLError } from 'graphql';
import type { GraphQLParams } from 'graphql-yoga';
import type { Incoming } from '../context.ts';
import { AppError, badInput } from '../errors.ts';
import { parseJson } from '../schema/json.ts';
import type { Rule } from './useAdmission.ts';
import type { CallerContext } from './useCaller.ts';

interface BodyContext extends CallerContext, Pick<Incoming, 'share'> {
  /** The request at the socket; absent if there is no socket. */
  readonly req?: IncomingMessage;
  /** The body until its parameters are read, if it can hold any. */
  body?: Uint8Array | undefined;
}

const texts = ['query', 'operationName', 'documentId', 'doc_id', 'id'] as const;
const json = ['variables', 'extensions'] as const;
const jsonTypes = ['application/json', 'application/graphql+json'];
const bodyTypes = [...jsonTypes, 'application/graphql'];

/** Limit for callers who may not write, in bytes. Longer bodies only make sense for rows to be created. */
const readerBytes = 1_000_000;

const limitOf = ({ caller }: BodyContext, maxBytes: number): number =>
  !caller || caller.permissions.has('write') ? maxBytes : Math.min(maxBytes, readerBytes);

/**
 * Creates the rule that refuses bodies above the limit, or above a megabyte if the caller may not write, and bodies
 * with a content encoding. All others wait for their share of the memory in flight.
 */
export function limitBody(maxBytes: number): Rule<BodyContext> {
  return (request, context) => {
    if (request.method !== 'POST') return;
    const encoding = request.headers.get('content-encoding') ?? 'identity';
    if (encoding.toLowerCase() !== 'identity') throw encoded(encoding);
    const announced = request.headers.get('content-length');
    const limit = limitOf(context, maxBytes);
    if (announced !== null && !(Number(announced) <= limit)) throw tooLong(limit);
    const { share } = context;
    const length = Number(announced ?? limit);
    return share?.expect(length)?.then(() => share.add(length)) ?? share?.add(length);
  };
}

/** Creates the rule that receives a body that can hold parameters: JSON or a GraphQL document. */
export function receiveBody(maxBytes: number): Rule<BodyContext> {
  return async (request, context) => {
    if (request.method === 'POST' && bodyTypes.includes(typeOf(request)))
      context.body = await bodyOf(request, context.req, limitOf(context, maxBytes));
  };
}

/** Reads a request's parameters, and drops its body; undefined if neither its URL nor its body can hold any. */
export function readParams(request: Request, context: BodyContext): GraphQLParams | undefined {
  if (request.method === 'GET') return paramsOf(new URL(request.url).searchParams);
  const { body } = context;
  if (!body) return undefined;
  context.body = undefined;
  const text = textOf(body);
  return jsonTypes.includes(typeOf(request)) ? paramsIn(text) : { query: text };
}

/** Returns the media type of a request's body. */
function typeOf({ headers }: Request): string {
  const [type = ''] = (headers.get('content-type') ?? '').split(/[;,]/);
  return type.trim().toLowerCase();
}

/**
 * Reads the body and counts its bytes as they arrive, since its length need not be announced. At the limit it stops
 * reading but does not cancel, which would close the connection before the answer is sent.
 */
const bodyOf = (request: Request, req: IncomingMessage | undefined, limit: number): Promise<Uint8Array> =>
  req ? received(req, limit) : read(request.body, limit);

/** Collects a body from events, which cost less than an async iterator. */
function received(req: IncomingMessage, limit: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  return new Promise((resolve, reject) => {
    req.on('data', (chunk: Buffer) => {
      bytes += chunk.byteLength;
      if (bytes <= limit) return chunks.push(chunk);
      req.pause();
      reject(tooLong(limit));
    });
    req.once('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    req.once('error', reject);
  });
}

async function read(body: ReadableStream<Uint8Array> | null, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const reader = body?.getReader();
  for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
    bytes += next.value.byteLength;
    if (bytes > limit) throw tooLong(limit);
    chunks.push(next.value);
  }
  return Buffer.concat(chunks);
}

const decoder = new TextDecoder('utf-8', { fatal: true });

function textOf(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw badInput('The body is not UTF-8');
  }
}

function paramsIn(text: string): GraphQLParams {
  const body = parsed('The body is not JSON', text);
  if (typeof body === 'object' && body !== null && !JSON.isRawJSON(body)) return body;
  throw badInput(`The body must be a JSON object, not ${text.slice(0, 40)}`);
}

/** Reads the parameters of a GET. An empty parameter counts as absent, and parameters with other names are ignored. */
function paramsOf(params: URLSearchParams): GraphQLParams {
  const given = <Name extends string>(names: readonly Name[]) =>
    names.flatMap((name) => {
      const text = params.get(name);
      return text ? [[name, text] as const] : [];
    });
  const values = given(json).map(([name, text]) => [name, parsed(`${name} must be JSON`, text)] as const);
  return Object.fromEntries([...given(texts), ...values]);
}

function parsed(problem: string, text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    throw badInput(problem);
  }
}

const tooLong = (limit: number) => new AppError('PAYLOAD_TOO_LARGE', `The request body is longer than ${limit} bytes`);

const encoded = (encoding: string) =>
  new GraphQLError(`The body is encoded as ${encoding.slice(0, 40)}: send it without a content encoding`, {
    extensions: { code: 'BAD_USER_INPUT', http: { status: 415, headers: { 'Accept-Encoding': 'identity' } } },
  });
