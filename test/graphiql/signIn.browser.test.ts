import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Listening, listen } from '../../src/server/listen.ts';
import { createTestApi, type TestApi } from '../support/api.ts';
import { isBrowserAbsent, launchBrowser } from '../support/browser.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { choices, createOpenIdProvider, type OpenIdProvider, refusal } from '../support/openIdProvider.ts';

const absent = isBrowserAbsent('Signing in to GraphiQL');

/** Time limit; the page has 9 MB of scripts, for which a busy machine needs a while. */
const timeout = 90_000;

describe.skipIf(absent)('a user', { timeout }, () => {
  let database: TestDatabase;
  let provider: OpenIdProvider;
  let api: TestApi;
  let server: Listening;
  let browser: Browser;
  let address: string;

  beforeAll(async () => {
    [database, provider] = await Promise.all([createDatabase(), createOpenIdProvider()]);
    api = await createTestApi(database.connection, { config: { graphiql: true, auth: provider.issuer.config } });
    server = await listen(api.app, 'localhost', 0);
    address = `http://localhost:${server.port}/graphql`;
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    await server?.drain(0);
    await api?.close();
    await provider?.issuer.end();
    await database?.drop();
  });

  let context: BrowserContext;
  let page: Page;
  let hosts: Set<string>;
  let complaints: string[];

  beforeEach(async () => {
    provider.grants.length = 0;
    Object.assign(provider, { lifetimeSeconds: 3600, refreshes: true });
    // The browser does not know the authority that signed the provider's certificate.
    context = await browser.newContext({ viewport: { width: 1400, height: 900 }, ignoreHTTPSErrors: true });
    context.setDefaultTimeout(timeout / 4);
    hosts = new Set();
    complaints = [];
    context.on('request', (request) => hosts.add(new URL(request.url()).host));
    context.on('weberror', (error) => complaints.push(error.error().message));
    context.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    page = await context.newPage();
    await page.goto(`${address}?query=${encodeURIComponent('query Mine { devices(first: 1) { totalCount } }')}`);
  });

  afterEach(async () => {
    await context.close();
    expect([...hosts].sort()).toEqual([new URL(address).host, new URL(provider.issuer.authority).host].sort());
    // The browser reports requests that the server rejects.
    expect(complaints.filter((text) => !/ 40[013] /.test(text))).toEqual([]);
  });

  const form = () => page.getByRole('dialog', { name: 'Access token' });
  const reason = () => form().getByRole('alert');

  async function signIn(choice: string): Promise<void> {
    await form().getByRole('button', { name: 'Sign in with Microsoft' }).click();
    await page.getByRole('link', { name: choice }).click();
  }

  /** Runs the document of the open tab. */
  async function run(): Promise<void> {
    await page.getByRole('button', { name: /^Execute query/ }).click();
  }

  const shows = (text: string) =>
    page.getByRole('region', { name: 'Result Window' }).filter({ hasText: text }).waitFor();

  test('a user signs in, returns to the opened document, and runs it', async () => {
    await reason().filter({ hasText: 'A bearer token is required' }).waitFor();
    await signIn(choices.reader);
    await page.getByText('reader@example.com').waitFor();
    expect(page.url()).toBe(address);
    await run();
    await shows('"totalCount": 40');
    expect(provider.grants).toEqual(['authorization_code']);
  });

  test('a user gets a new token before the old one expires, and signs in again if that fails', async () => {
    provider.lifetimeSeconds = 120;
    await signIn(choices.reader);
    await page.getByText('reader@example.com').waitFor();
    const before = provider.grants.length;
    await run();
    await shows('"totalCount": 40');
    // One or two: GraphiQL's introspection may also be under way.
    const grants = provider.grants.slice(before);
    expect(new Set(grants)).toEqual(new Set(['refresh_token']));
    provider.refreshes = false;
    await run();
    await form().waitFor();
    expect(provider.grants.slice(before)).toEqual(grants);
    provider.refreshes = true;
    await signIn(choices.reader);
    await page.getByText('reader@example.com').waitFor();
    await run();
    await shows('"totalCount": 40');
  });

  test('a user signs out, and sees the dialog again', async () => {
    await signIn(choices.reader);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await form().waitFor();
    expect(page.url()).toBe(address);
    await page.reload();
    await form().waitFor();
  });

  test("a user sees Entra ID's reason for a rejection", async () => {
    await signIn('Refuse');
    await reason().filter({ hasText: refusal }).waitFor();
    expect(page.url()).toContain(address);
  });

  test('a user without a role sees that, and can sign in as someone who has one', async () => {
    await signIn(choices.stranger);
    await reason().filter({ hasText: 'The token carries no permission for this API' }).waitFor();
    await signIn(choices.reader);
    await page.getByText('reader@example.com').waitFor();
  });

  test('a user is asked for a token even if the configuration could not be read at first', async () => {
    const other = await context.newPage();
    await other.route('**/sign-in/settings.json', (route) => route.abort(), { times: 1 });
    await other.goto(address);
    await other.getByRole('dialog', { name: 'Access token' }).waitFor();
    hosts.add(new URL(provider.issuer.authority).host);
    complaints = complaints.filter((text) => !text.includes('net::ERR_FAILED'));
  });

  test('a user can paste the token that the command for this server prints', async () => {
    const { tenantId } = provider.issuer.config;
    const command = `az account get-access-token --tenant ${tenantId} --scope api://events/.default --query accessToken --output tsv`;
    await form().getByText(command, { exact: true }).waitFor();
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await form().getByRole('button', { name: 'Copy' }).click();
    await form().getByRole('button', { name: 'Copied' }).waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(command);
    await form().getByLabel('Token', { exact: true }).fill('nonsense');
    await form().getByRole('button', { name: 'Use it' }).click();
    await reason().filter({ hasText: 'The token is not a signed JWT' }).waitFor();
    await form()
      .getByLabel('Token', { exact: true })
      .fill(await provider.issuer.sign({ roles: ['Events.Read'] }));
    await form().getByRole('button', { name: 'Use it' }).click();
    await run();
    await shows('"totalCount": 40');
    hosts.add(new URL(provider.issuer.authority).host);
  });
});
