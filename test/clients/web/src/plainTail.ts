// #region plain
import { createClient } from 'graphql-sse';

interface Message<Node> {
  readonly edges: readonly { readonly node: Node }[];
  readonly cursor: string;
}

/** Yields the messages of one stream after the other, without end. */
export async function* followEvents<Node>(url: string, query: string, after: string | null) {
  const client = createClient({ url, retryAttempts: 0 }); // its own retry would start at the first cursor
  for (;;) {
    const stream = client.iterate<{ eventsAdded: Message<Node> }>({ query, variables: { after } });
    for await (const { data, errors } of stream) {
      if (!data) throw new Error(errors?.[0]?.message);
      yield data.eventsAdded;
      after = data.eventsAdded.cursor;
    }
  }
}
// #endregion
