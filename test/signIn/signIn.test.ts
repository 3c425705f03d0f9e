import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config/config.ts';
import { createTestApi } from '../support/api.ts';
import { setUpDatabase } from '../support/setUp.ts';

const tenant = '3f0b1c52-6f5e-4c39-9d0e-1f8a5a6c7d11';
const app = '5d1c7a20-0000-4000-8000-000000000001';
const database = await setUpDatabase();

/** Creates a server with these variables; returns a function that requests a path. */
async function serve(variables: Record<string, string>, graphiql = true) {
  const { auth } = readConfig(variables);
  const api = await createTestApi(database.connection, { config: { graphiql, auth } });
  await api.close();
  return (path: string, headers: Record<string, string> = {}) => api.app.fetch(`http://localhost${path}`, { headers });
}

const entra = (audience: string) => ({ AUTH: 'entra', AUTH_TENANT_ID: tenant, AUTH_AUDIENCE: audience });
const settingsOf = async (variables: Record<string, string>) =>
  (await (await serve(variables))('/sign-in/settings.json')).json();

describe("the pages' configuration for sign-in", () => {
  const authority = `https://login.microsoftonline.com/${tenant}`;
  const command = (audience: string) =>
    `az account get-access-token --tenant ${tenant} --scope ${audience}/.default --query accessToken --output tsv`;

  test.each([
    ['both forms of the audience', `${app},api://${app}`, `api://${app}`, { authority, clientId: app }],
    ['an audience with a name, and the id', `api://events,${app}`, 'api://events', { authority, clientId: app }],
    ['the id alone', app, app, { authority, clientId: app }],
    ['a name alone, which identifies no app', 'api://events', 'api://events', null],
  ])('the configuration for sign-in follows from the audience: %s', async (_, audience, scope, signIn) => {
    expect(await settingsOf(entra(audience))).toEqual({ command: command(scope), entra: signIn });
  });

  test('the configuration for sign-in has the authority of another cloud', async () => {
    const variables = { ...entra(app), AUTH_AUTHORITY: 'https://login.partner.microsoftonline.cn' };
    expect((await settingsOf(variables)).entra.authority).toBe(`https://login.partner.microsoftonline.cn/${tenant}`);
  });

  test('there is no sign-in if the connection is not encrypted', async () => {
    expect((await settingsOf({ ...entra(app), AUTH_AUTHORITY: 'http://localhost:1' })).entra).toBeNull();
  });

  test('there is no sign-in if no token is required', async () => {
    expect(await settingsOf({})).toBeNull();
  });
});

describe('the page that Entra ID redirects to', () => {
  test('the page that Entra ID redirects to is served with all its files, and may connect to the authority alone', async () => {
    const get = await serve(entra(app));
    const page = await get('/sign-in');
    const [, script] = /src="([^"]+)"/.exec(await page.text()) ?? [];
    for (const name of [
      `/${script}`,
      ...['signIn.js', 'entra.js', 'tokenDialog.js', 'signIn.css'].map((file) => `/sign-in/${file}`),
    ]) {
      const file = await get(name);
      expect(file.status, name).toBe(200);
      expect(gunzipSync(await file.bytes()).length).toBeGreaterThan(100);
    }
    const msal = await get('/sign-in/msal-browser.min.js');
    expect(gunzipSync(await msal.bytes()).toString()).toContain('@azure/msal-browser v5');
    for (const path of ['/sign-in', '/graphql']) {
      const policy = (await get(path, { accept: 'text/html' })).headers.get('content-security-policy');
      expect(policy, path).toContain("connect-src 'self' https://login.microsoftonline.com;");
      expect(policy, path).toContain("script-src 'self';");
    }
  });

  test('the page that Entra ID redirects to has nothing else, and connects nowhere if people cannot sign in', async () => {
    const get = await serve({});
    for (const path of ['/sign-in/', '/sign-in/useSignIn.ts', '/sign-in/../settings.ts', '/sign-in/tsconfig.json'])
      expect((await get(path)).status, path).toBe(404);
    const policy = (await get('/graphql', { accept: 'text/html' })).headers.get('content-security-policy');
    expect(policy).toContain("connect-src 'self';");
  });

  test('the page that Entra ID redirects to is not served if no page needs it', async () => {
    expect((await (await serve({}, false))('/sign-in')).status).toBe(404);
  });
});
