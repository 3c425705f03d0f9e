import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Listening, listen } from '../../src/server/listen.ts';
import { createTestApi, type TestApi } from '../support/api.ts';
import { isBrowserAbsent, launchBrowser } from '../support/browser.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

const absent = isBrowserAbsent('GraphiQL');

/** Time limit; the page has 9 MB of scripts, for which a busy machine needs a while. */
const timeout = 90_000;

describe.skipIf(absent)('GraphiQL in a browser', { timeout }, () => {
  let database: TestDatabase;
  let api: TestApi;
  let server: Listening;
  let browser: Browser;
  let address: string;

  beforeAll(async () => {
    database = await createDatabase();
    api = await createTestApi(database.connection, { config: { graphiql: true } });
    server = await listen(api.app, 'localhost', 0);
    address = `http://localhost:${server.port}/graphql`;
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    await server?.drain(0);
    await api?.close();
    await database?.drop();
  });

  let context: BrowserContext;
  let page: Page;
  let hosts: Set<string>;
  let complaints: string[];

  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
    context.setDefaultTimeout(timeout / 2);
    hosts = new Set();
    complaints = [];
    context.on('request', (request) => hosts.add(new URL(request.url()).host));
    context.on('weberror', (error) => complaints.push(error.error().message));
    context.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    page = await context.newPage();
    await page.goto(address);
  });

  afterEach(async () => {
    await context.close();
    expect([...hosts]).toEqual([new URL(address).host]);
    expect(complaints).toEqual([]);
  });

  const tabs = () => page.getByRole('tab');
  const editor = () => page.getByRole('region', { name: 'Operation Editor' });
  const result = () => page.getByRole('region', { name: 'Result Window' });

  /**
   * Opens a tab and waits until GraphiQL has stored its document; before that, it would run the previous tab's
   * operation.
   */
  const open = async (tab: string) => {
    await tabs().filter({ hasText: tab }).click();
    await editor()
      .filter({ hasText: `query ${tab}` })
      .waitFor();
    await page.waitForFunction((name) => localStorage.getItem('graphiql:query')?.includes(`query ${name}`), tab);
  };

  test('GraphiQL has ready tabs that run and show rows', async () => {
    for (const name of ['LatestEvents', 'DeviceWithSiteAndEvents', 'PageThroughDevices']) {
      await open(name);
      const answered = page.waitForResponse(
        (response) => response.request().postData()?.includes(`query ${name}`) ?? false,
      );
      await page.getByRole('button', { name: /^Execute query/ }).click();
      const body = await (await answered).json();
      expect(body).not.toHaveProperty('errors');
      const [rows] = Object.values(body.data as Record<string, { nodes: object[] }>);
      expect(rows?.nodes.length).toBeGreaterThan(0);
      await result().filter({ hasText: '"nodes"' }).waitFor();
    }
  });

  test('GraphiQL opens the explorer', async () => {
    await page.getByRole('button', { name: 'Show GraphiQL Explorer' }).click();
    await page.locator('.graphiql-explorer-root').filter({ hasText: 'devices' }).waitFor();
  });

  test("GraphiQL keeps the user's text over a reload, and adds nothing to it", async () => {
    await open('PageThroughDevices');
    await editor().locator('.view-lines').click();
    await page.keyboard.press('Control+Home');
    await page.keyboard.type('# mine ');
    await page.waitForFunction(() => localStorage.getItem('graphiql:tabState')?.includes('# mine'));
    await page.reload();
    await editor().filter({ hasText: 'mine' }).waitFor();
    expect(await tabs().count()).toBe(8);
    await open('LatestEvents');
  });

  test('GraphiQL opens the document in the address, next to the ready tabs', async () => {
    await tabs().first().waitFor();
    await page.goto(`${address}?query=${encodeURIComponent('query Linked { __typename }')}`);
    await editor().filter({ hasText: 'Linked' }).waitFor();
    expect(page.url()).toBe(address);
    expect(await tabs().count()).toBe(9);
  });
});
