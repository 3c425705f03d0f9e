import { createServer, type IncomingMessage } from 'node:http';
import pg from 'pg';
import { type Endpoint, endpoints } from './endpoints.ts';
import { admit, logRequests } from './gate.ts';

/** The upper bound: handwritten endpoints on plain `node:http`, one for each document, by the name of its operation. */
const { PORT, POOL } = process.env;
const pool = new pg.Pool({ max: Number(POOL) });

const server = createServer(async (request, response) => {
  try {
    await admit(request.headers.authorization);
    const { operation, variables } = await asked(request);
    const answer: Endpoint | undefined = endpoints[operation];
    if (!answer) throw new Error(`No answer for ${operation}`);
    const data = typeof answer === 'string' ? answer : await lend((client) => answer(client, variables));
    const body = Buffer.from(`{"data":${data}}`);
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
  } catch (error) {
    response.writeHead(500).end(String(error));
  }
});
logRequests(server);
server.listen(Number(PORT), '127.0.0.1', () => console.log('listening'));

async function lend<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  return work(client).finally(() => client.release());
}

async function asked(request: IncomingMessage) {
  if (request.method === 'GET') {
    // The path of a persisted document is the name of its operation.
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
    return {
      operation: pathname.slice('/graphql/'.length),
      variables: JSON.parse(searchParams.get('variables') ?? '{}'),
    };
  }
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { query, variables } = JSON.parse(Buffer.concat(chunks).toString()) as {
    query: string;
    variables: Record<string, unknown>;
  };
  return { operation: /^\w+ (\w+)/.exec(query)?.[1] ?? '', variables };
}
