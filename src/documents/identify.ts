import { badInput } from '../errors.ts';

/**
 * The document that a request asks for, and whether it asks in the protocol of Apollo's link, which expects its own
 * errors.
 */
export interface DocumentRequest {
  readonly id: string;
  readonly isApollo: boolean;
}

/** Names under which clients send an id: that of GraphQL over HTTP, and those of Relay. */
const names = ['documentId', 'doc_id', 'id'] as const;

type Params = Readonly<Record<string, unknown>>;

/** The parameters that may hold an id. */
type IdParams = { readonly [name in (typeof names)[number] | 'extensions']?: unknown };

/**
 * Finds the id in a request's parameters or path; null if there is none. Throws BAD_USER_INPUT if there are two, or if
 * it is not a valid id.
 */
export function identify(params: IdParams, pathname: string, endpoint: string): DocumentRequest | null {
  const found = [...names.map((name) => idOf(name, params[name])), pathId(pathname, endpoint)].filter(
    (id) => id !== null,
  );
  const apolloId = apolloHash(params.extensions);
  const ids = new Set(apolloId === null ? found : [...found, apolloId]);
  if (ids.size > 1) throw badInput(`The request names ${ids.size} documents: pass one id`);
  const [id] = ids;
  return id === undefined ? null : { id, isApollo: found.length === 0 };
}

/** Returns the parameters without those that only hold an id; `extensions` stays. */
export const withoutId = (params: Params): Params =>
  Object.fromEntries(Object.entries(params).filter(([name]) => !names.some((known) => known === name)));

function idOf(name: string, value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value !== 'string' || value === '') throw badInput(`${name} must be the id of a document`);
  return value;
}

function pathId(pathname: string, endpoint: string): string | null {
  const segment = pathname.slice(endpoint.length + 1);
  if (segment === '') return null;
  try {
    return decodeURIComponent(segment);
  } catch {
    throw badInput('The id in the path cannot be decoded');
  }
}

function apolloHash(extensions: unknown): string | null {
  const persisted = isObject(extensions) ? (extensions['persistedQuery'] ?? null) : null;
  if (persisted === null) return null;
  const hash = isObject(persisted) && persisted['version'] === 1 ? persisted['sha256Hash'] : undefined;
  if (typeof hash !== 'string' || hash === '')
    throw badInput('extensions.persistedQuery must be { "version": 1, "sha256Hash": "<id>" }');
  return hash;
}

const isObject = (value: unknown): value is Params => typeof value === 'object' && value !== null;
