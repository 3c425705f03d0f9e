import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { bundle } from '../../scripts/bundle.ts';
import { launchBrowser } from './browser.ts';
import { createDatabase, type TestDatabase } from './database.ts';
import { createIssuer, type Issuer } from './issuer.ts';
import { type Program, portOf, startProgram, variablesFor } from './program.ts';

const timeout = 60_000;

/** A range that contains all events of the sample, and tomorrow. */
export function always(): string {
  const at = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
  return `from=${at(-35)}&to=${at(1)}`;
}

/**
 * Sets up the built server with its dashboard, on its own database and with all strict settings unless overridden. Each
 * test of the `describe` that calls it gets a page in a browser, and fails if the page complains.
 */
export function setUpDashboard(overrides: Readonly<Record<string, string>> = {}) {
  let database: TestDatabase;
  let issuer: Issuer;
  let program: Program;
  let port = 0;
  let browser: Browser;
  let folder: string;
  let context: BrowserContext;
  let page: Page;
  let complaints: string[];

  const startServer = async (): Promise<void> => {
    const variables = {
      ...variablesFor(database.connection),
      HOST: 'localhost',
      PORT: String(port),
      DASHBOARD: 'on',
      DOCUMENTS: 'persisted-only',
      STRICT_DOCUMENTS: 'true',
      AUTH: 'entra',
      AUTH_TENANT_ID: issuer.config.tenantId,
      AUTH_AUDIENCE: issuer.config.audiences.join(','),
      AUTH_AUTHORITY: new URL(issuer.config.keysUrl).origin,
      ...overrides,
    };
    program = startProgram([], variables, { command: [process.execPath, join(folder, 'main.js')] });
    port = await portOf(program);
  };

  const stopServer = async (): Promise<void> => {
    program.process.kill('SIGTERM');
    expect(await program.ended).toBe(0);
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'events-graphql-browser-'));
    [database, issuer] = await Promise.all([createDatabase(), createIssuer(), bundle(pathToFileURL(`${folder}/`))]);
    await startServer();
    browser = await launchBrowser();
  }, timeout);

  afterAll(async () => {
    await browser?.close();
    await stopServer();
    await issuer.end();
    await database.drop();
    await rm(folder, { recursive: true });
  });

  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 1440, height: 1000 }, timezoneId: 'UTC', locale: 'en-GB' });
    context.setDefaultTimeout(timeout / 3);
    complaints = [];
    context.on('weberror', (error) => complaints.push(error.error().message));
    context.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    page = await context.newPage();
  });

  afterEach(async () => {
    await context.close();
    expect(complaints).toEqual([]);
  });

  const address = (search = '') => `http://localhost:${port}/dashboard${search}`;

  return {
    ...{ startServer, stopServer, address },
    page: () => page,
    admin: <R extends Record<string, unknown>>(sql: string, values?: readonly unknown[]) =>
      database.admin<R>(sql, values),
    sign: () => issuer.sign(),

    /** Makes the server read the catalog again. */
    readCatalog: () => program.process.kill('SIGHUP'),

    /** Opens the page for someone who already has a token. */
    async open(search = '', roles = ['Events.Read', 'Events.Write']): Promise<void> {
      const token = await issuer.sign({ roles });
      await page.addInitScript((text) => sessionStorage.setItem('access-token', text), token);
      await page.goto(address(search));
    },

    /** Removes and returns the complaints about an intended failure; all others stay. */
    forgive(pattern: RegExp): void {
      complaints = complaints.filter((text) => !pattern.test(text));
    },

    async countOf(condition = 'true'): Promise<number> {
      const { rows } = await database.admin<{ count: number }>(
        `select count(*)::int from events.event join events.device using (device_id) join events.site using (site_id)
         where ${condition}`,
      );
      return rows[0]?.count ?? 0;
    },

    chart: (name: RegExp) => page.getByRole('img', { name }),
    panel: (name: string) => page.getByRole('region', { name, exact: true }),

    /** Waits until the chart of events shows about this many. */
    showsEvents: (count: number) =>
      page.getByRole('img', { name: new RegExp(`^Events per .*: ${count.toLocaleString('en-GB')} in all`) }).waitFor(),
  };
}
