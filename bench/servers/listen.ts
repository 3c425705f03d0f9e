import { createServer, type IncomingMessage } from 'node:http';
import pg from 'pg';

/** What a ceiling answers, as JSON text of `data`. */
export type Answer = (client: pg.PoolClient, variables: Readonly<Record<string, unknown>>) => Promise<string>;

const { PORT, POOL } = process.env;

/** Serves answers by the name of the operation on plain `node:http`, with no GraphQL at all. */
export function listen(answers: Readonly<Record<string, Answer>>): void {
  const pool = new pg.Pool({ max: Number(POOL) });
  const server = createServer(async (request, response) => {
    try {
      const { operation, variables } = await asked(request);
      const answer = answers[operation];
      if (!answer) throw new Error(`No answer for ${operation}`);
      const client = await pool.connect();
      const data = await answer(client, variables).finally(() => client.release());
      const body = Buffer.from(`{"data":${data}}`);
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  });
  server.listen(Number(PORT), '127.0.0.1', () => console.log('listening'));
}

async function asked(request: IncomingMessage) {
  // A persisted document is named by its operation here.
  if (request.method === 'GET') return { operation: 'Q7', variables: {} };
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { query, variables } = JSON.parse(Buffer.concat(chunks).toString()) as {
    query: string;
    variables: Record<string, unknown>;
  };
  return { operation: /^\w+ (\w+)/.exec(query)?.[1] ?? '', variables };
}
