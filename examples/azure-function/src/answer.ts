import type { HttpResponseInit } from '@azure/functions';
import { AppError, type Pool, withRetry } from 'events-graphql/pool';

/** Tells the operator why a request got no answer; the client does not learn it. */
export type Log = (reason: string) => void;

export type Rows = readonly Readonly<Record<string, unknown>>[];

/** Answers with what a read returns, which is run again on another connection when its own dies; 503 without one. */
export async function answer(
  pool: Pool,
  query: { readonly text: string; readonly values?: readonly unknown[] },
  body: (rows: Rows) => unknown,
  log: Log,
): Promise<HttpResponseInit> {
  try {
    const { text, values = [] } = query;
    const rows = await withRetry(pool, 'read', async (client) => (await client.query(text, [...values])).rows);
    return { status: 200, jsonBody: body(rows) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    log(error.cause instanceof Error ? error.cause.message : error.message);
    return { status: 503, headers: { 'Retry-After': '1' }, jsonBody: { error: error.message } };
  }
}
