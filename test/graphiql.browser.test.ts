import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSchema, createYoga } from 'graphql-yoga';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { useGraphiQL } from '../src/graphiql/useGraphiQL.ts';

const executablePath = '/usr/bin/chromium';
const absent = !existsSync(executablePath);
if (absent) console.warn(`Skipped: GraphiQL in a browser, since there is no ${executablePath}`);

/** A browser that makes no requests of its own and can resolve no name but this machine's. */
const args = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost',
];

const event = (i: number) => ({
  eventId: String(i),
  deviceId: '0190b6c2-0000-7000-8000-000000000001',
  occurredAt: new Date(Date.UTC(2025, 0, 1, 0, i)).toISOString(),
  severity: 'INFO',
  value: i,
  payload: {},
  device: () => device(1),
});
const device = (i: number): object => ({
  deviceId: `0190b6c2-0000-7000-8000-00000000000${i}`,
  serial: `SN-${i}`,
  name: `Pump ${i}`,
  status: 'ACTIVE',
  site: { siteId: i, name: 'Harbour' },
  events: () => page([1, 2, 3].map(event)),
});
const page = (nodes: object[]) => ({
  nodes,
  edges: nodes.map((node, i) => ({ cursor: String(i), node })),
  pageInfo: { hasNextPage: true, hasPreviousPage: false, startCursor: '0', endCursor: '9' },
  totalCount: 42,
});
const throwaway = createSchema({
  typeDefs: /* GraphQL */ `
scalar DateTime scalar UUID scalar JSON scalar SafeInt
interface Node { id: ID! }
enum OrderDirection { ASC ASC_NULLS_FIRST ASC_NULLS_LAST DESC DESC_NULLS_FIRST DESC_NULLS_LAST }
enum Severity { INFO WARNING }
"When something happened."
type Event { eventId: String! deviceId: UUID! occurredAt: DateTime! severity: Severity! value: Float payload: JSON device: Device }
type Device implements Node { id: ID! deviceId: UUID! siteId: Int serial: String! name: String status: String! tags: [String] installedAt: DateTime site: Site events(first: Int, after: String, orderBy: [EventOrderBy!]): EventConnection }
type Site implements Node { id: ID! siteId: Int! name: String! parentId: Int parent: Site devices(first: Int, after: String): DeviceConnection }
type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
type EventEdge { cursor: String! node: Event! } type EventConnection { edges: [EventEdge!]! nodes: [Event!]! pageInfo: PageInfo! totalCount: SafeInt }
type DeviceEdge { cursor: String! node: Device! } type DeviceConnection { edges: [DeviceEdge!]! nodes: [Device!]! pageInfo: PageInfo! totalCount: SafeInt }
type SiteEdge { cursor: String! node: Site! } type SiteConnection { edges: [SiteEdge!]! nodes: [Site!]! pageInfo: PageInfo! totalCount: SafeInt }
input EventOrderBy @oneOf { occurredAt: OrderDirection severity: OrderDirection }
input DeviceOrderBy @oneOf { serial: OrderDirection installedAt: OrderDirection }
type Query {
 node(id: ID!): Node
 nodes(ids: [ID!]!): [Node]!
 device(deviceId: UUID!): Device
 devices(first: Int, after: String, orderBy: [DeviceOrderBy!]): DeviceConnection
 events(first: Int, after: String, orderBy: [EventOrderBy!]): EventConnection
 sites(first: Int, after: String): SiteConnection
}
`,
  resolvers: {
    Query: {
      events: () => page([5, 4, 3].map(event)),
      devices: (_: unknown, { first }: { first?: number }) => page([1, 2, 3, 4, 5].slice(0, first ?? 5).map(device)),
      sites: () => page([]),
      device: () => device(1),
      node: () => null,
      nodes: () => [],
    },
  },
});

describe.skipIf(absent)('GraphiQL in a browser', () => {
  let server: Server;
  let browser: Browser;
  let address: string;

  beforeAll(async () => {
    const yoga = createYoga({ schema: throwaway, plugins: [useGraphiQL('/graphql')], graphiql: false });
    server = createServer(yoga);
    await new Promise<void>((listening) => server.listen(0, 'localhost', listening));
    address = `http://localhost:${(server.address() as AddressInfo).port}/graphql`;
    browser = await chromium.launch({ executablePath, args });
  });

  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  let context: BrowserContext;
  let page: Page;
  let hosts: Set<string>;
  let complaints: string[];

  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
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

  const open = async (tab: string) => {
    await tabs().filter({ hasText: tab }).click();
    await editor()
      .filter({ hasText: `query ${tab}` })
      .waitFor();
  };

  test('has ready tabs that run and show rows', async () => {
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

  test('opens the explorer', async () => {
    await page.getByRole('button', { name: 'Show GraphiQL Explorer' }).click();
    await page.locator('.graphiql-explorer-root').filter({ hasText: 'devices' }).waitFor();
  });

  test('keeps what the user wrote over a reload, and adds nothing to it', async () => {
    await open('PageThroughDevices');
    await editor().locator('.view-lines').click();
    await page.keyboard.press('Control+Home');
    await page.keyboard.type('# mine ');
    await page.waitForFunction(() => localStorage.getItem('graphiql:tabState')?.includes('# mine'));
    await page.reload();
    await editor().filter({ hasText: 'mine' }).waitFor();
    expect(await tabs().count()).toBe(3);
    await open('LatestEvents');
  });

  test('opens the document that the address carries, next to the ready tabs', async () => {
    await page.goto(`${address}?query=${encodeURIComponent('query Linked { __typename }')}`);
    await editor().filter({ hasText: 'Linked' }).waitFor();
    expect(page.url()).toBe(address);
    expect(await tabs().count()).toBe(4);
  });
});
