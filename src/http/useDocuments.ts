import type { GraphQLParams, Plugin } from 'graphql-yoga';
import type { Api } from '../api/api.ts';
import type { Incoming } from '../context.ts';
import { type DocumentRequest, identify, withoutId } from '../documents/identify.ts';
import type { PreparedDocument } from '../documents/prepare.ts';
import { createRegister } from '../documents/registered.ts';
import { isSha256, sha256 } from '../documents/store.ts';
import { AppError, badInput } from '../errors.ts';
import { type OriginContext, originOf } from './origin.ts';

/** Context of a request that the plugins share. */
export interface DocumentContext extends Incoming {
  /** The API on which the request runs. */
  readonly api: Api;
  /** The persisted document that the request named by its id. */
  persisted?: PreparedDocument;
}

interface DocumentsOptions {
  readonly endpoint: string;
  /** True if only callers with the permission to explore may send documents of their own. */
  readonly persistedOnly: boolean;
  /** Number of trusted proxies, needed to tell senders apart. */
  readonly proxies: number;
}

/** Limits of the documents that clients register: about 20 MB in total. */
const registerLimits = { senders: 100, characters: 200_000 };

/** The document that a request asks for. */
interface Chosen {
  /** The document's text; undefined if the request has none, which Yoga reports. */
  readonly text: string | undefined;
  /** The id under which it is persisted. */
  readonly id?: string;
  readonly persisted?: PreparedDocument;
}

type Choosing = Pick<DocumentContext, 'api' | 'caller'> & Pick<OriginContext, 'req'>;

/**
 * Finds the document named by a request's parameters or path; throws if the caller may not run it. Callers who may send
 * any document may also register one under its hash, as Apollo's link does.
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
    const asked = identify(params, path, endpoint);
    const text = params.query;
    const maySend = !persistedOnly || mayExplore(caller);
    if (text && typeof text !== 'string') throw badInput('query must be a string');
    // Apollo's link sends only texts once hashes are refused; the texts of persisted documents still run.
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

/**
 * Runs persisted documents by id, already parsed and validated, and refuses all others if only persisted documents may
 * run.
 */
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

/** Reads the operation's name. By GraphQL over HTTP an empty name counts as absent. */
export const operationNameOf = ({ operationName }: GraphQLParams) => (operationName === '' ? undefined : operationName);

/** Checks a document that was sent together with an id which no manifest has: it may run if the id is its hash. */
function verify(asked: DocumentRequest, text: string): void {
  if (!isSha256(asked.id)) throw notFound(asked);
  if (asked.id.replace(/^sha256:/, '') !== sha256(text)) throw mismatch();
}

const mismatch = () => badInput('The document does not match the id that was sent with it');

/** The error that makes Apollo's link send the document along, recognised by code and message. */
const notFound = ({ isApollo }: DocumentRequest) =>
  isApollo
    ? new AppError('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound')
    : new AppError('PERSISTED_DOCUMENT_NOT_FOUND', 'There is no persisted document with this id');

/** The error that makes Apollo's link stop sending hashes, so that it does not repeat every request. */
const notSupported = () => new AppError('PERSISTED_QUERY_NOT_SUPPORTED', 'PersistedQueryNotSupported');

const invalid = () =>
  new AppError('PERSISTED_DOCUMENT_INVALID', 'The persisted document does not fit the current schema');

const forPrimary = () =>
  new AppError(
    'PERSISTED_DOCUMENT_INVALID',
    'The persisted document is a mutation or subscription, which this server does not run because its database is a standby',
  );

export const documentRequired = () =>
  new AppError('PERSISTED_DOCUMENT_REQUIRED', 'This server only runs persisted documents: send the id of one');
