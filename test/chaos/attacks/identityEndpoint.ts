import { setTimeout as wait } from 'node:timers/promises';
import { createIdentityEndpoint, type Fault } from '../../platform/identity.ts';
import type { Attack, Target } from '../attack.ts';
import type { ChaosDatabase } from '../database.ts';

const faults: readonly Fault[] = [
  { kind: 'status', status: 500 },
  { kind: 'status', status: 429, retryAfter: '86400' },
  { kind: 'status', status: 429, retryAfter: '1000000000' },
  { kind: 'status', status: 503, retryAfter: 'Fri, 31 Dec 2100 23:59:59 GMT' },
  { kind: 'status', status: 200, body: '<html>' },
  { kind: 'status', status: 200, body: { access_token: 'x', expires_on: '5' } },
  { kind: 'hang' },
  { kind: 'wrong-audience' },
  { kind: 'same-token' },
];
const clientId = 'chaos-identity';
/** Requests per second that count as a hot loop. */
const mostPerSecond = 20;

let endpoint: Awaited<ReturnType<typeof createIdentityEndpoint>>;

async function prepare({ admin, connection }: ChaosDatabase) {
  await admin(`drop role if exists "${clientId}"`);
  await admin(`create role "${clientId}" login in role ${connection.user}`);
  endpoint = await createIdentityEndpoint({
    lifeSeconds: 600,
    assigned: [clientId],
    onIssue: async ({ text }) => void (await admin(`alter role "${clientId}" password '${text}'`)),
  });
  return {
    variables: {
      ...{ PGUSER: clientId, PGPASSWORD: '', PG_AUTH: 'user-identity', AZURE_CLIENT_ID: clientId },
      ...{ IDENTITY_ENDPOINT: endpoint.url, IDENTITY_HEADER: endpoint.header },
    },
    end: endpoint.end,
  };
}

/** An endpoint that fails in every way in turn, while tokens are so short-lived that a new one is always needed. */
async function run({ database }: Target, signal: AbortSignal) {
  // Each token is replaced within its last five minutes.
  endpoint.lifeSeconds = 240;
  const [began, before] = [performance.now(), endpoint.requests()];
  let tried = 0;
  for (; !signal.aborted; tried++) {
    endpoint.fault = faults[tried % faults.length];
    await wait(500);
    // New connections must log in.
    await database.admin('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1 limit 1', [
      clientId,
    ]);
  }
  endpoint.fault = undefined;
  const asked = endpoint.requests() - before;
  const isHot = asked / ((performance.now() - began) / 1000) > mostPerSecond;
  return { tried, failed: 0, wrong: isHot ? [`the identity endpoint was asked ${asked} times`] : [] };
}

export const identityEndpoint: Attack = { name: 'hostile identity endpoint', prepare, run };
