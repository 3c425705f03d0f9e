import { describe, expect, test } from 'vitest';
import { createTestApi } from '../support/api.ts';
import { createEmptyDatabase } from '../support/database.ts';
import { createOwnedNotes, isOwn } from '../support/ownedNotes.ts';
import { setUpDatabase, setUpIssuer } from '../support/setUp.ts';
import { serveStreams } from '../support/streams.ts';

const issuer = await setUpIssuer();
const database = await setUpDatabase({ database: createEmptyDatabase });

const document =
  'subscription ($after: String) { added: notesAdded(after: $after) { cursor end edges { node { body } } } }';

test('row security that is switched on hides no row from a stream that began without any', async () => {
  await database.admin(createOwnedNotes);
  await database.grantAll(database.connection);
  const api = await createTestApi(database.connection, { heartbeatMs: 300, config: { auth: issuer.config } });
  const { subscribe, drain } = await serveStreams(api);
  const anna = { authorization: `Bearer ${await issuer.sign({ oid: 'anna', roles: ['Events.Read'] })}` };
  const stream = subscribe<{ body: string }>(document, {}, anna);
  await stream.next();
  await database.admin(`
    alter table events.note enable row level security;
    create policy own on events.note using (${isOwn});
    insert into events.note (owner, body) values ('anna', 'hers'), ('ben', 'his')`);
  // The stream does not end earlier, because only a rejected read shows that the policy has changed.
  let message = await stream.next();
  while (message.end === null) {
    expect(message.edges).toEqual([]);
    message = await stream.next();
  }
  expect(message.end).toBe('SCHEMA_CHANGED');
  const next = subscribe<{ body: string }>(document, { after: stream.cursor() }, anna);
  expect(await next.nodes(1)).toEqual([{ body: 'hers' }]);
  await next.stop();
  api.tails.stop();
  await drain(1000);
  await api.close();
});

describe('a function that reads the claims', async () => {
  const database = await setUpDatabase({
    database: createEmptyDatabase,
    prepare: `${createOwnedNotes}
      create function events.is_mine(note events.note) returns bool language sql stable as $$select note.${isOwn}$$;
      comment on function events.is_mine is e'@expose\\n@filterable'`,
  });

  test('a stream evaluates it for its caller, in its filter and in its rows', async () => {
    const api = await createTestApi(database.connection, { heartbeatMs: 300, config: { auth: issuer.config } });
    const { subscribe, drain } = await serveStreams(api);
    const anna = { authorization: `Bearer ${await issuer.sign({ oid: 'anna', roles: ['Events.Read'] })}` };
    const stream = subscribe<{ body: string; isMine: boolean }>(
      'subscription { added: notesAdded(where: { isMine: { eq: true } }) { cursor end edges { node { body isMine } } } }',
      {},
      anna,
    );
    await stream.next();
    await database.admin("insert into events.note (owner, body) values ('anna', 'hers'), ('ben', 'his')");
    expect(await stream.nodes(1)).toEqual([{ body: 'hers', isMine: true }]);
    await stream.stop();
    api.tails.stop();
    await drain(1000);
    await api.close();
  });
});
