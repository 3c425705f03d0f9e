import type { HttpResponseInit } from '@azure/functions';
import type { Pool } from 'events-graphql/pool';
import { answer, type Log } from './answer.ts';

const most = 100;

/** The devices with a status, or all, in the order of their serial numbers: `?status=active&limit=10`. */
export async function devices(pool: Pool, query: URLSearchParams, log: Log): Promise<HttpResponseInit> {
  const limit = Number(query.get('limit') ?? 10);
  if (!Number.isInteger(limit) || limit < 1 || limit > most) {
    return { status: 400, jsonBody: { error: `limit must be a whole number from 1 to ${most}` } };
  }
  const text = `select serial, status::text from events.device
    where $1::text is null or status::text = $1 order by serial limit $2`;
  return answer(pool, { text, values: [query.get('status'), limit] }, (rows) => ({ devices: rows }), log);
}
