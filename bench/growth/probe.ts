import { ask } from '../answers.ts';
import type { BenchDatabase } from '../database.ts';
import { longEnough } from '../load.ts';
import { type Measurement, measure } from '../measure.ts';
import type { Request } from '../questions.ts';
import type { Server } from '../servers.ts';

/** Warms a server up with a query and loads it; rejects if a request fails. */
export async function probe(
  database: BenchDatabase,
  server: Server,
  request: Request,
  { seconds, connections = 1 }: { readonly seconds: number; readonly connections?: number },
): Promise<Measurement> {
  const asked = { url: `http://127.0.0.1:${server.port}/graphql`, body: JSON.stringify(request) };
  const target = { ...asked, answerBytes: (await ask(asked)).bytes };
  const warm = await measure(server, [[target]], { connections: Math.min(connections, 32), seconds }, database);
  const measurement = await measure(server, [[target]], longEnough({ connections, seconds }, warm), database);
  const { failures, requests } = measurement;
  if (failures > 0 || requests === 0) throw new Error(`${failures} of ${requests} requests failed: ${request.query}`);
  return measurement;
}

export const query = (text: string, variables: Request['variables'] = {}): Request => ({ query: text, variables });
