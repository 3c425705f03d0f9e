import { expect, test, vi } from 'vitest';
import { readConfig } from '../../src/config/config.ts';
import { openDatabase } from '../../src/db/open.ts';
import { sql } from '../../src/db/sql/sql.ts';
import { createIdentityEndpoint } from '../platform/identity.ts';

test('the listener and the pool give the same reason why they have no token', async () => {
  const endpoint = await createIdentityEndpoint({ lifeSeconds: 3600, assigned: [] });
  process.env['IDENTITY_ENDPOINT'] = endpoint.url;
  process.env['IDENTITY_HEADER'] = endpoint.header;
  const config = readConfig({
    PGHOST: 'localhost',
    PGUSER: 'app',
    PG_AUTH: 'user-identity',
    AZURE_CLIENT_ID: 'unassigned',
    IDENTITY_ENDPOINT: endpoint.url,
    IDENTITY_HEADER: endpoint.header,
  });
  const messages: string[] = [];
  const database = await openDatabase(config, { onError: ({ message }) => messages.push(message) });
  await expect(database.db.rows(sql`select 1`)).rejects.toThrow();
  await vi.waitFor(() => expect(messages).toHaveLength(2), 5000); // the failed token, and the failed login
  const listener = database.createListener(() => {});
  listener.start();
  await vi.waitFor(() => expect(messages.length).toBeGreaterThan(2), 5000);
  await listener.stop();
  await database.close();
  await endpoint.end();
  for (const message of messages) expect(message).toContain('The identity is not assigned to this app');
});
