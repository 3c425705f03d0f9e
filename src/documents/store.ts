import { createHash } from 'node:crypto';
import { type DocumentNode, GraphQLError, parse } from 'graphql';
import { type ManifestEntry, type Manifests, readManifests } from './manifest.ts';

/** A persisted document, parsed once for all schemas. */
export interface StoredDocument {
  /** The document's ids, as given in the manifests. */
  readonly ids: readonly string[];
  readonly text: string;
  readonly file: string;
  readonly parsed: DocumentNode | GraphQLError;
}

/** Documents by each of their ids: the given ones, `sha256:<hex>` of the text, and that `<hex>` alone. */
export interface DocumentStore {
  readonly all: readonly StoredDocument[];
  readonly byId: ReadonlyMap<string, StoredDocument>;
}

export const noDocuments: DocumentStore = { all: [], byId: new Map() };

/** The documents that were read; `problems` lists all faults, as messages for people. */
export interface ReadDocuments {
  readonly store: DocumentStore;
  readonly problems: readonly string[];
  readonly manifests: Manifests;
}

/** Reads and indexes the documents of the given manifests. */
export const readStore = async (paths: readonly string[]): Promise<ReadDocuments> =>
  indexManifests(await readManifests(paths));

export function indexManifests(manifests: Manifests): ReadDocuments {
  const { store, problems } = createStore(manifests.entries);
  return { store, problems: [...manifests.problems, ...problems], manifests };
}

/** Indexes documents. An id with two texts, or a hash that is not that of its text, is reported as a problem. */
export function createStore(entries: readonly ManifestEntry[]): {
  readonly store: DocumentStore;
  readonly problems: readonly string[];
} {
  const problems: string[] = [];
  const given = new Map<string, ManifestEntry>();
  const byText = new Map<string, ManifestEntry[]>();
  for (const entry of entries) {
    const { id, text, file } = entry;
    const known = given.get(id);
    if (isSha256(id) && id !== sha256(text) && id !== `sha256:${sha256(text)}`)
      problems.push(`${file}: the id "${id}" is not the SHA-256 of its document, which is ${sha256(text)}`);
    else if (known && known.text !== text)
      problems.push(
        `${file}: the id "${id}" stands for another document in ${known.file === file ? 'the same file' : known.file}`,
      );
    else {
      given.set(id, entry);
      byText.set(text, [...(byText.get(text) ?? []), entry]);
    }
  }
  const all = [...byText].map(([text, same]): StoredDocument => {
    const ids = [...new Set(same.map(({ id }) => id))];
    return { ids, text, file: same[0]?.file ?? '', parsed: parsed(text) };
  });
  const byId = new Map(
    all.flatMap((document) => {
      const hash = sha256(document.text);
      return [...document.ids, hash, `sha256:${hash}`].map((id) => [id, document] as const);
    }),
  );
  return { store: { all, byId }, problems };
}

/** Returns the lower-case hexadecimal SHA-256 of a text in UTF-8. */
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Tells whether an id claims to be a SHA-256; those of Relay and Apollo have no prefix. */
export const isSha256 = (id: string): boolean => /^(sha256:|[0-9a-f]{64}$)/.test(id);

function parsed(text: string): DocumentNode | GraphQLError {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof GraphQLError) return error;
    // The parser is recursive, and a document that nests some thousand levels overflows the stack.
    if (error instanceof RangeError) return new GraphQLError('The document nests too deep to be parsed');
    throw error;
  }
}
