import { buildSchema, getIntrospectionQuery } from 'graphql';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { printSdl } from '../../src/schema/print.ts';
import { createApp } from '../../src/server/app.ts';
import { appConfig } from '../support/config.ts';
import { stayInThisMinute } from '../support/minute.ts';
import { setUp, setUpApi, setUpIssuer } from '../support/setUp.ts';

const issuer = await setUpIssuer();
const { database, api } = await setUp();
const address = 'http://localhost/graphql/schema.graphql';

test('the schema is served as text, and sent again only if it has changed', async () => {
  const first = await api.app.fetch(address);
  const text = await first.text();
  expect([first.status, first.headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8']);
  expect(text).toBe(printSdl(api.api.schema));
  expect(buildSchema(text).getType('Device')).toBeDefined();
  const headers = { 'if-none-match': first.headers.get('etag') ?? '' };
  const again = await api.app.fetch(address, { headers });
  expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', headers['if-none-match']]);
  await database.admin('create table events.later (later_id int primary key)');
  await database.grantAll(database.connection);
  await api.served.check();
  const changed = await api.app.fetch(address, { headers });
  expect([changed.status, await changed.text()]).toEqual([200, expect.stringContaining('type Later')]);
});

test('while there is no API, the text of the schema is a 503', async () => {
  const served = { ...api.served, current: () => null };
  const app = createApp({
    ...{ config: appConfig, served, tails: api.tails, probe: api.probe },
    log: pino({ level: 'silent' }),
  });
  expect((await app.fetch(address)).status).toBe(503);
});

test.each([address, 'http://localhost/graphql/graphiql/documents.json'])(
  '%s requires the same access as other requests',
  async (path) => {
    stayInThisMinute();
    const requestLimits = { ...appConfig.requestLimits, perMinute: 2 };
    const { app } = await setUpApi(database.connection, { config: { requestLimits, graphiql: true } });
    const status = async (headers = {}) => (await app.fetch(path, { headers })).status;
    const foreign = { 'sec-fetch-site': 'cross-site' };
    expect([await status(foreign), await status(), await status(), await status()]).toEqual([403, 200, 200, 429]);
  },
);

describe.each([true, false])(
  'access to the text of the schema (persisted documents only: %s)',
  async (persistedOnly) => {
    const documents = { ...appConfig.documents, persistedOnly };
    const open = await setUpApi(database.connection, { config: { documents } });
    const closed = await setUpApi(database.connection, { config: { documents, auth: issuer.config } });

    test.each([
      ['anyone, without authentication', null],
      ['nobody', undefined],
      ['a stranger', []],
      ['a reader', ['Events.Read']],
      ['a writer', ['Events.Write']],
      ['an explorer who may not read', ['Events.Explore']],
      ['an explorer', ['Events.Read', 'Events.Explore']],
    ])('the text of the schema requires the same permission as introspection: %s', async (_, roles) => {
      const { app } = roles === null ? open : closed;
      const headers: Record<string, string> = roles ? { authorization: `Bearer ${await issuer.sign({ roles })}` } : {};
      const introspection = await app.fetch('http://localhost/graphql', {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json', accept: 'application/graphql-response+json' },
        body: JSON.stringify({ query: getIntrospectionQuery() }),
      });
      const text = await app.fetch(address, { headers });
      const { errors } = await introspection.json();
      const of = (response: Response) => [response.status, response.headers.get('www-authenticate')];
      expect(of(text)).toEqual(of(introspection));
      if (errors) expect((await text.json()).errors).toMatchObject(errors);
      else expect(await text.text()).toMatch(/^type Device/m);
    });
  },
);
