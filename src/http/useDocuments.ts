import type { GraphQLParams, Plugin } from 'graphql-yoga';
import type { Api } from '../api/api.ts';
import type { Incoming } from '../context.ts';
import { type DocumentRequest, identify, withoutId } from '../documents/identify.ts';
import type { PreparedDocument } from '../documents/prepare.ts';
import { createRegister } from '../documents/registered.ts';
import { isSha256, sha256 } from '../documents/store.ts';
import { AppError, badInput } from '../errors.ts';
import { type OriginContext, originOf } from './origin.ts';

/** What the plugins hand on from hook to hook. */
export interface DocumentContext extends Incoming {
  /** The API that the request runs on. */
  readonly api: Api;
  /** The document that the request named by an id. */
  persisted?: PreparedDocument;
}

interface DocumentsOptions {
  readonly endpoint: string;
  /** Whether only callers who may explore send documents of their own. */
  readonly persistedOnly: boolean;
  /** Trusted, by which senders are told apart. */
  readonly proxies: number;
}

/** Of documents that clients register, which bounds them to some 20 MB. */
const registerLimits = { senders: 100, characters: 200_000 };

/** The document that a request asks for. */
interface Chosen {
  /** Undefined where the request has none, which Yoga says in its own words. */
  readonly text: string | undefined;
  /** The id under which it is persisted. */
  readonly id?: string;
  readonly persisted?: PreparedDocument;
}

type Choosing = Pick<DocumentContext, 'api' | 'caller'> & Pick<OriginContext, 'req'>;

/**
 * Finds the document that a request's parameters or its path ask for; throws where its caller may not run it. Whoever may
 * send any document may also register one under its hash, as Apollo's link does.
 */
export type ChooseDocument = (params: GraphQLParams, path: string, request: Request, context: Choosing) => Chosen;

export function createDocumentChoice({ endpoint, persistedOnly, proxies }: DocumentsOptions): ChooseDocument {
  const registered = createRegister(registerLimits);

  function ofHash(asked: DocumentRequest, maySend: boolean): string {
    if (asked.isApollo && !maySend) throw notSupported();
    const text = asked.isApollo ? registered.find(asked.id) : undefined;
    if (text === undefined) throw notFound(asked);
    return text;
  }

  return (params, path, request, context) => {
    const { api, caller } = context;
    const asked = identify({ ...params }, path, endpoint);
    const text = params.query;
    const maySend = !persistedOnly || mayExplore(caller);
    if (text && typeof text !== 'string') throw badInput('query must be a string');
    // Apollo's link stops to send hashes once it is told to; what was agreed on runs all the same.
    const id = asked?.id ?? (text && !maySend ? sha256(text) : null);
    const found = id === null ? undefined : api.documents.find(id);
    if (found) {
      if (text && text !== found.stored.text) throw mismatch();
      if (!found.document) throw found.isForPrimary ? forPrimary() : invalid();
      return { text: found.stored.text, persisted: found, ...(id !== null && { id }) };
    }
    if (asked && !text) return { text: ofHash(asked, maySend) };
    if (text && !maySend) throw documentRequired();
    if (asked && text) {
      verify(asked, text);
      if (asked.isApollo) registered.register(asked.id, text, originOf(request, context, proxies));
    }
    return { text };
  };
}

export const mayExplore = (caller: Incoming['caller']): boolean => caller?.permissions.has('explore') === true;

/** Runs persisted documents by their ids, already parsed and validated, and refuses others where they are not wanted. */
export function useDocuments(
  choose: ChooseDocument,
): Plugin<DocumentContext, DocumentContext & Pick<OriginContext, 'req'>> {
  return {
    onParams({ params, request, context, setParams }) {
      const { text, id, persisted } = choose(params, new URL(request.url).pathname, request, context);
      if (persisted) context.persisted = persisted;
      if (context.record && id !== undefined) context.record.documentId = id;
      setParams({ ...withoutId({ ...params }), query: text, operationName: operationNameOf(params) });
    },
    onParse({ context, setParsedDocument }) {
      if (context.persisted?.document) setParsedDocument(context.persisted.document);
    },
    onValidate({ context, setResult }) {
      if (context.persisted) setResult(context.persisted.errors);
    },
  };
}

/** GraphQL over HTTP: an empty name is none. */
export const operationNameOf = ({ operationName }: GraphQLParams) => (operationName === '' ? undefined : operationName);

/** A document that came with an id which the manifests do not have may run on its own, if the id can be checked at all. */
function verify(asked: DocumentRequest, text: string): void {
  if (!isSha256(asked.id)) throw notFound(asked);
  if (![sha256(text), `sha256:${sha256(text)}`].includes(asked.id)) throw mismatch();
}

const mismatch = () => badInput('The document that was sent is not the one that the id names');

/** Apollo's link sends the document along when it reads its own code and message. */
const notFound = ({ isApollo }: DocumentRequest) =>
  isApollo
    ? new AppError('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound')
    : new AppError('PERSISTED_DOCUMENT_NOT_FOUND', 'There is no persisted document with this id');

/** Makes Apollo's link send no more hashes, rather than a second request for every document that is refused anyway. */
const notSupported = () => new AppError('PERSISTED_QUERY_NOT_SUPPORTED', 'PersistedQueryNotSupported');

const invalid = () =>
  new AppError('PERSISTED_DOCUMENT_INVALID', 'The persisted document does not fit the schema as it is now');

const forPrimary = () =>
  new AppError(
    'PERSISTED_DOCUMENT_INVALID',
    'The persisted document changes rows or follows them, which this server does not, since its database is a standby',
  );

export const documentRequired = () =>
  new AppError('PERSISTED_DOCUMENT_REQUIRED', 'Only persisted documents are run here: send the id of one');
