import type { HttpResponseInit } from '@azure/functions';
import type { Pool } from 'events-graphql/pool';
import { answer, type Log } from './answer.ts';

/** Tells whether the database answers, its version, the connected role, and the remaining life of the newest token. */
export const health = (pool: Pool, log: Log): Promise<HttpResponseInit> =>
  answer(
    pool,
    { text: "select 1 as one, current_user as identity, current_setting('server_version') as version" },
    ([row]) => ({
      status: 'ok',
      identity: row?.['identity'],
      serverVersion: row?.['version'],
      secondsToTokenExpiry: Math.floor(((pool.stats().tokenEndsAt ?? 0) - Date.now()) / 1000),
    }),
    log,
  );
