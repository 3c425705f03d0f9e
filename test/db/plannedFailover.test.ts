import { afterAll, expect, test } from 'vitest';
import { admin, startPair } from '../support/ownServer.ts';
import { startProgram } from '../support/program.ts';
import { startProxy } from '../support/proxy.ts';

const { primary, standby, end } = await startPair();
afterAll(end);

test('a planned failover fails no read, and only the writes that were running', async () => {
  const name = await startProxy(primary.connection.port);
  const { user, password, database } = primary.connection;
  const program = startProgram(['serve'], {
    ...{ PGHOST: '127.0.0.1', PGPORT: String(name.port), PGUSER: user, PGPASSWORD: password, PGDATABASE: database },
    ...{ PG_AUTH: 'password', PGSSLMODE: 'disable', PORT: '0', AUTH: 'none', NODE_ENV: 'production', DOCUMENTS: 'any' },
  });
  const [, port] = await program.printed(/"port":(\d+)/);
  const ask = async (query: string) => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ query }),
    });
    return (await response.json()) as { data?: Record<string, unknown>; errors?: { message: string }[] };
  };
  await expect.poll(async () => (await ask('{ notes { totalCount } }')).data).toBeDefined();

  const acknowledged: string[] = [];
  const failedWrites: string[] = [];
  const failedReads: unknown[] = [];
  let [reads, isOver] = [0, false];
  const read = async () => {
    while (!isOver) {
      const { data, errors } = await ask('{ notes(first: 5) { nodes { body } totalCount } }');
      if (!data?.['notes']) failedReads.push(errors);
      reads++;
    }
  };
  const write = async (writer: number) => {
    for (let n = 0; !isOver; n++) {
      const body = `${writer}/${n}`;
      const { errors } = await ask(`mutation { createNote(input: { body: "${body}" }) { note { body } } }`);
      if (errors) failedWrites.push(errors[0]?.message ?? '');
      else acknowledged.push(body);
    }
  };
  const load = [...Array.from({ length: 6 }, read), ...[1, 2, 3].map(write)];

  await expect.poll(() => acknowledged.length).toBeGreaterThan(30);
  name.route();
  await primary.stop();
  await admin(standby, 'select pg_promote()');
  name.route(standby.connection.port);
  const [before, readsBefore] = [acknowledged.length, reads];
  await expect.poll(() => acknowledged.length - before, { timeout: 30_000 }).toBeGreaterThan(30);
  await expect.poll(() => reads - readsBefore).toBeGreaterThan(30);
  isOver = true;
  await Promise.all(load);

  expect(failedReads).toEqual([]);
  expect(failedWrites.length).toBeLessThanOrEqual(3);
  for (const message of failedWrites) expect(message).toMatch(/check whether the change was made/);
  const bodies = (await admin(standby, 'select body from events.note')).map(({ body }) => body);
  expect(new Set(bodies).size).toBe(bodies.length);
  expect(bodies).toEqual(expect.arrayContaining(acknowledged));
  program.process.kill('SIGTERM');
  expect(await program.ended).toBe(0);
  await name.close();
}, 120_000);
