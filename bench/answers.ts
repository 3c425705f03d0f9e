import { isDeepStrictEqual } from 'node:util';
import type { Target } from './load.ts';
import type { Facts, Question, Request } from './questions.ts';
import type { Server } from './servers.ts';

/** What is sent to a server for a question; null where the server has no such question. */
export async function targetOf(question: Question, server: Server, facts: Facts): Promise<Target | null> {
  const cursor = question.start ? await cursorOf(server, question.start(server.dialect)) : '';
  const request = question.request(server.dialect, facts, cursor);
  if (!request || (server.name === 'mercurius' && question.name === 'Q6')) return null;
  if (question.persisted && server.persisted)
    return { url: `http://127.0.0.1:${server.port}/graphql/${question.name}`, body: null };
  return { url: `http://127.0.0.1:${server.port}/graphql`, body: JSON.stringify(request) };
}

async function cursorOf({ port }: Server, request: Request): Promise<string> {
  const data = await answerOf({ url: `http://127.0.0.1:${port}/graphql`, body: JSON.stringify(request) });
  return (data as { rows: { pageInfo: { endCursor: string } } }).rows.pageInfo.endCursor;
}

/** The data that a server answers; rejects where there are errors. */
async function answerOf({ url, body }: Target): Promise<unknown> {
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  const response = await fetch(url, body === null ? { headers } : { method: 'POST', headers, body });
  const { data, errors } = (await response.json()) as { data?: unknown; errors?: unknown };
  if (errors || !data) throw new Error(`${url} answered ${JSON.stringify(errors)} to ${body?.slice(0, 300)}`);
  return data;
}

/** Rejects where two servers' answers differ in more than how they write a time, a number or a label. */
export async function compareAnswers(question: Question, targets: ReadonlyMap<Server, Target>): Promise<void> {
  // What each writes is another row; what it answers is its own.
  if (question.name === 'Q8') return;
  const answers = await Promise.all(
    [...targets].map(async ([server, target]) => [server.name, alike(await answerOf(target))] as const),
  );
  const [first, ...others] = answers;
  for (const [name, answer] of others) {
    if (!isDeepStrictEqual(answer, first?.[1]))
      throw new Error(
        `${question.name}: ${name} and ${first?.[0]} differ:\n${JSON.stringify(answer).slice(0, 600)}\n${JSON.stringify(first?.[1]).slice(0, 600)}`,
      );
  }
}

function alike(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(alike);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value)
        .map(([name, item]) => [name, alike(item)] as const)
        .toSorted(([a], [b]) => (a < b ? -1 : 1)),
    );
  if (typeof value !== 'string') return value;
  // pg and mercurius have milliseconds; the others' microseconds are theirs to keep.
  if (/^\d{4}-\d{2}-\d{2}T/.test(value)) return Math.floor(Date.parse(value));
  return /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value.toUpperCase();
}
