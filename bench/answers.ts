import { isDeepStrictEqual } from 'node:util';
import type { BenchDatabase } from './database.ts';
import type { Question, Request } from './questions.ts';
import type { Server } from './servers.ts';
import type { Target } from './target.ts';

/**
 * What each server that knows the question is sent. All are asked twice, and loaded with what they know by then: rejects where two answers differ in more than
 * how they write a time, a number or a label, or, of a question that writes, where the rows in the table differ.
 */
export async function targetsOf(
  question: Question,
  servers: readonly Server[],
  database: BenchDatabase,
): Promise<ReadonlyMap<Server, Target>> {
  const targets = new Map<Server, Target>();
  const answers: (readonly [server: string, answer: unknown])[] = [];
  for (const server of servers) {
    const target = await targetOf(question, server, database);
    if (!target) continue;
    await ask(target); // a plan, which ours makes of a query that it sees again, writes JSON columns as PostgreSQL does
    if (question.writes) await database.truncateReadings();
    const { data, bytes } = await ask(target);
    targets.set(server, { ...target, answerBytes: bytes });
    answers.push([server.name, question.writes ? await database.readings() : alike(data)]);
    if (question.writes) await database.truncateReadings();
  }
  const [[first, expected] = [], ...others] = answers;
  for (const [name, answer] of others) {
    if (isDeepStrictEqual(answer, expected)) continue;
    const [mine, theirs] = [answer, expected].map((each) => JSON.stringify(each).slice(0, 600));
    throw new Error(`${question.name}: ${name} and ${first} differ:\n${mine}\n${theirs}`);
  }
  return targets;
}

async function targetOf(question: Question, server: Server, { facts }: BenchDatabase): Promise<Target | null> {
  const cursor = question.start ? await cursorOf(server, question.start(server.dialect)) : '';
  const request = question.request(server.dialect, facts, cursor);
  if (!request) return null;
  if (question.persisted && server.persisted)
    return { url: `http://127.0.0.1:${server.port}/graphql/${question.name}`, body: null };
  return { url: `http://127.0.0.1:${server.port}/graphql`, body: JSON.stringify(request) };
}

async function cursorOf({ port }: Server, request: Request): Promise<string> {
  const { data } = await ask({ url: `http://127.0.0.1:${port}/graphql`, body: JSON.stringify(request) });
  return (data as { rows: { pageInfo: { endCursor: string } } }).rows.pageInfo.endCursor;
}

/** The data that a server answers, and the length of the answer; rejects where there are errors. */
export async function ask({ url, body }: Target): Promise<{ readonly data: unknown; readonly bytes: number }> {
  const headers = { 'content-type': 'application/json', accept: 'application/json', 'accept-encoding': 'identity' };
  const response = await fetch(url, body === null ? { headers } : { method: 'POST', headers, body });
  const answer = Buffer.from(await response.arrayBuffer());
  const { data, errors } = JSON.parse(answer.toString()) as { data?: unknown; errors?: unknown };
  if (errors || !data) throw new Error(`${url} answered ${JSON.stringify(errors)} to ${body?.slice(0, 300)}`);
  return { data, bytes: answer.length };
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
