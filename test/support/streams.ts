import type { RequestListener } from 'node:http';
import { createClient, NetworkError } from 'graphql-sse';
import { listen } from '../../src/server/listen.ts';

type Timeouts = Parameters<typeof listen>[3];

/** The fields of a live tail's message that the tests select. */
export interface Added<Node> {
  readonly cursor: string;
  readonly end: string | null;
  readonly edges: readonly { readonly cursor: string; readonly node: Node }[];
}

/** A message with the codes of its errors; `added` is null if it has no data. */
export interface Message<Node> {
  readonly added: Added<Node> | null;
  readonly codes: readonly unknown[];
}

export interface Stream<Node> {
  /** Resolves with the next message; rejects with the response's first error, or if the stream has ended. */
  readonly next: () => Promise<Added<Node>>;
  /** Resolves with the next message, or with the server's response in place of one; null if the stream has ended. */
  readonly message: () => Promise<Message<Node> | null>;
  /** Resolves with the nodes of as many messages as contain `count`. */
  readonly nodes: (count: number) => Promise<readonly Node[]>;
  /** Returns the cursor of the last message. */
  readonly cursor: () => string;
  /** Cuts the connection. */
  readonly stop: () => Promise<void>;
}

/** Subscribes to the field `added` of a document with the client of `graphql-sse`, on one connection per stream. */
export const subscribeTo =
  (url: string) =>
  <Node>(query: string, variables: Record<string, unknown> = {}, headers = {}): Stream<Node> => {
    const client = createClient({ url, retryAttempts: 0, headers });
    const results = client.iterate<{ added: Added<Node> }>({ query, variables });
    let cursor = '';
    const next = async () => {
      const { value, done } = await results.next();
      if (done) throw new Error('The stream is over');
      if (value.errors) throw Object.assign(new Error(value.errors[0]?.message), value.errors[0]?.extensions);
      const { added } = value.data as { added: Added<Node> };
      cursor = added.cursor;
      return added;
    };
    return {
      next,
      async message() {
        try {
          const { value, done } = await results.next();
          if (done) return null;
          const { data, errors = [] } = value;
          return { added: data?.added ?? null, codes: errors.map(({ extensions }) => extensions?.['code']) };
        } catch (error) {
          if (error instanceof NetworkError) return { added: null, codes: [error.name] };
          throw error;
        }
      },
      async nodes(count) {
        const nodes: Node[] = [];
        while (nodes.length < count) nodes.push(...(await next()).edges.map(({ node }) => node));
        return nodes;
      },
      cursor: () => cursor,
      async stop() {
        await results.return?.();
        client.dispose();
      },
    };
  };

/** Serves an API on a socket. */
export async function serveStreams({ app }: { readonly app: RequestListener }, timeouts: Timeouts = {}) {
  const { port, drain } = await listen(app, '127.0.0.1', 0, timeouts);
  const url = `http://127.0.0.1:${port}/graphql`;
  return { port, url, drain, subscribe: subscribeTo(url) };
}

/** Leaves out the statements by which live tails, at any time, look how far their tables are settled. */
export const withoutLooks = (statements: readonly string[]) => statements.filter((text) => !text.includes('pg_locks'));
