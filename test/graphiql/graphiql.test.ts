import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { buildSchema, type GraphQLSchema, graphqlSync, parse, validate } from 'graphql';
import { createSchema, createYoga } from 'graphql-yoga';
import { describe, expect, test } from 'vitest';
import type { IntrospectedSchema } from '../../src/graphiql/introspection.ts';
import { introspectionQuery } from '../../src/graphiql/lists.js';
import { readyTabs } from '../../src/graphiql/readyTabs.js';
import { useGraphiQL } from '../../src/graphiql/useGraphiQL.ts';

const common = `
  scalar DateTime
  scalar UUID
  scalar JSON
  scalar SafeInt
  enum Severity { INFO ERROR }
  enum OrderDirection { ASC ASC_NULLS_FIRST ASC_NULLS_LAST DESC DESC_NULLS_FIRST DESC_NULLS_LAST }
  interface Node { id: ID! }
  type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
  type RowAggregate { count: SafeInt! }
`;

/** Writes a field that lists rows of a type, at the root or in a relation. */
const listField = (name: string, type: string) =>
  `${name}(first: Int, after: String, orderBy: [${type}OrderBy!]): ${type}Connection`;

/** Writes a row type with its connection and its order. */
const rowType = (type: string, fields: string, ordered: readonly string[]) => `
  type ${type} { ${fields} }
  type ${type}Edge { cursor: String! node: ${type}! }
  type ${type}Connection { edges: [${type}Edge!]! nodes: [${type}!]! pageInfo: PageInfo! totalCount: SafeInt }
  input ${type}OrderBy @oneOf { ${ordered.map((name) => `${name}: OrderDirection`).join('\n')} }
`;

const reference = buildSchema(`
  ${common}
  ${rowType(
    'Device',
    `id: ID! deviceId: UUID! siteId: Int! serial: String! tags: [String] attributes: JSON installedOn: DateTime
     activity: Activity site: Site eventsAggregate: RowAggregate
     ${listField('events', 'Event')} ${listField('incidents', 'Incident')} ${listField('members', 'Member')}`,
    ['serial', 'installedOn'],
  )}
  ${rowType(
    'Event',
    `eventId: String! occurredAt: DateTime! receivedAt: DateTime! deviceId: UUID! eventTypeId: String!
     severity: Severity! value: Float payload: JSON device: Device eventType: EventType`,
    ['occurredAt', 'receivedAt', 'severity'],
  )}
  ${rowType('EventType', `eventTypeId: String! name: String! ${listField('events', 'Event')}`, ['name'])}
  ${rowType(
    'Incident',
    `incidentId: Int! title: String! openedAt: DateTime! acknowledgedAt: DateTime closedAt: DateTime
     deviceId: UUID! causeDeviceId: UUID device: Device causeDevice: Device`,
    ['openedAt', 'acknowledgedAt', 'closedAt'],
  )}
  ${rowType('Group', `groupId: Int! name: String! ${listField('members', 'Member')}`, ['name'])}
  ${rowType('Member', 'groupId: Int! deviceId: UUID! addedAt: DateTime! device: Device group: Group', ['addedAt'])}
  ${rowType('Activity', 'deviceId: UUID serial: String lastEventAt: DateTime device: Device', ['lastEventAt'])}
  ${rowType(
    'Site',
    `siteId: Int! name: String! parentSiteId: Int parentSite: Site
     ${listField('sitesByParentSiteId', 'Site')} ${listField('devices', 'Device')}`,
    ['name'],
  )}
  type Query {
    node(id: ID!): Node
    nodes(ids: [ID!]!): [Node]!
    device(deviceId: UUID!): Device
    devicesAggregate: RowAggregate
    ${listField('activityList', 'Activity')}
    ${listField('devices', 'Device')}
    ${listField('events', 'Event')}
    ${listField('eventTypes', 'EventType')}
    ${listField('groups', 'Group')}
    ${listField('incidents', 'Incident')}
    ${listField('members', 'Member')}
    ${listField('sites', 'Site')}
  }
`);

/** Returns the tabs for a schema, after checking that each is valid for it. */
function tabsOf(schema: GraphQLSchema) {
  const { data, errors } = graphqlSync({ schema, source: introspectionQuery });
  expect(errors).toBeUndefined();
  const tabs = readyTabs((data as unknown as { __schema: IntrospectedSchema }).__schema);
  for (const { query, variables } of tabs) {
    expect(validate(schema, parse(query)), query).toEqual([]);
    if (variables !== undefined) JSON.parse(variables);
  }
  return tabs;
}

describe('the ready tabs', () => {
  test('the ready tabs of a schema of events are the latest events, a device with its site and events, and paging', () => {
    expect(tabsOf(reference)).toEqual([
      {
        query: `# The latest first.
query LatestEvents {
  events(first: 10, orderBy: { occurredAt: DESC }) {
    nodes {
      occurredAt
      eventId
      receivedAt
      severity
      value
      device {
        serial
        deviceId
        installedOn
      }
      eventType {
        eventTypeId
        name
      }
    }
  }
}
`,
      },
      {
        query: `# What a row belongs to, and what belongs to it.
query DeviceWithSiteAndEvents {
  devices(first: 1) {
    nodes {
      serial
      deviceId
      installedOn
      site {
        name
        siteId
      }
      events(first: 5) {
        nodes {
          eventId
          occurredAt
          receivedAt
          severity
        }
      }
    }
  }
}
`,
      },
      {
        query: `# Next page: set "after" to endCursor.
query PageThroughDevices($first: Int, $after: String) {
  devices(first: $first, after: $after) {
    nodes {
      serial
      deviceId
      installedOn
    }
    pageInfo {
      hasNextPage
      endCursor
    }
    totalCount
  }
}
`,
        variables: '{\n  "first": 5,\n  "after": null\n}',
      },
      {
        query: `# How many, and their measures. Narrow them with "where".
query DevicesAggregate {
  devicesAggregate {
    count
  }
}
`,
      },
    ]);
  });

  test('the ready tabs of the sample also have an aggregate, a search, a function, a mutation and a live tail', () => {
    const schema = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));
    const tabs = tabsOf(schema);
    expect(tabs.map(nameOf)).toEqual([
      'LatestEvents',
      'DeviceWithSiteAndEvents',
      'PageThroughDevices',
      'EventsAggregate',
      'SearchIncidents',
      'DevicesNear',
      'CreateEvent',
      'EventsAdded',
    ]);
    expect(tabs[3]?.query).toContain('value {');
    expect(tabs[4]?.query).toContain(
      'where: { words: { search: $words } }, orderBy: { wordsRank: { search: $words } }',
    );
    expect(JSON.parse(tabs[4]?.variables ?? '')).toEqual({ words: '' });
    expect(JSON.parse(tabs[5]?.variables ?? '')).toEqual({ latitude: null, longitude: null });
    expect(JSON.parse(tabs[6]?.variables ?? '')).toEqual({
      input: { deviceId: null, eventTypeId: null, occurredAt: null },
    });
  });

  test('the ready tabs are fewer if nothing is related', () => {
    const schema = buildSchema(`
      ${common}
      ${rowType('Log', 'at: DateTime! line: String!', ['at'])}
      type Query { ${listField('logs', 'Log')} }
    `);
    expect(tabsOf(schema).map(nameOf)).toEqual(['LatestLogs', 'PageThroughLogs']);
  });

  test('the ready tabs are fewer if nothing has a time', () => {
    const schema = buildSchema(`
      ${common}
      ${rowType('Part', `name: String! whole: Part ${listField('parts', 'Part')}`, ['name'])}
      type Query { ${listField('parts', 'Part')} }
    `);
    expect(tabsOf(schema).map(nameOf)).toEqual(['PartWithWholeAndParts', 'PageThroughParts']);
  });

  test('the ready tabs are none if there is no list', () => {
    expect(tabsOf(buildSchema('type Query { ok: Boolean! }'))).toEqual([]);
    expect(readyTabs({ queryType: null, types: [] })).toEqual([]);
  });

  test('the ready tabs put rows without a time last', () => {
    const schema = buildSchema(`
      ${common}
      ${rowType('Visit', 'leftAt: DateTime', ['leftAt'])}
      type Query { ${listField('visits', 'Visit')} }
    `);
    expect(tabsOf(schema)[0]?.query).toContain('orderBy: { leftAt: DESC_NULLS_LAST }');
  });

  test('the ready tabs cope with lists that take no arguments, rows without columns and bare underscores', () => {
    const schema = buildSchema(`
      ${common}
      type _9 { _: _2 _2s: _2Connection payload: JSON }
      type _2 { _9s: _9Connection }
      type _9Connection { nodes: [_9] pageInfo: PageInfo }
      type _2Connection { nodes: [[_2!]]! pageInfo: PageInfo! totalCount: RowAggregate }
      type Query { _9s: _9Connection! _2_s(first: [Int]): _2Connection search(for: String!): _9Connection }
    `);
    expect(tabsOf(schema).map(nameOf)).toEqual(['_9With_And_2s']);
  });

  test('the ready tabs are valid for any schema of this shape', () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[A-Z][A-Za-z0-9]{0,3}_?[0-9]?$/), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(names.chain(anySchema), (source) => {
        tabsOf(buildSchema(source));
      }),
    );
  });
});

/** Makes any schema with these row types, with fields of every kind and any relations between them. */
function anySchema(names: readonly string[]) {
  const types = names.map((name) => `${name}X`);
  const relation = fc.tuple(fc.constantFrom(...types), fc.boolean());
  const scalar = fc.constantFrom('DateTime', 'DateTime!', 'String', 'UUID!', 'JSON', '[String!]!', 'Severity!');
  const row = fc.record({
    scalars: fc.array(scalar, { minLength: 1, maxLength: 6 }),
    relations: fc.array(relation, { maxLength: 4 }),
    ordered: fc.boolean(),
  });
  return fc.array(row, { minLength: types.length, maxLength: types.length }).map((rows) => {
    const declared = rows.map(({ scalars, relations, ordered }, i) => {
      const columns = scalars.map((type, n) => `c${n}: ${type}`);
      const related = relations.map(([type, many], n) => (many ? listField(`r${n}`, type) : `r${n}: ${type}`));
      return rowType(
        types[i] ?? '',
        [...columns, ...related].join('\n'),
        ordered ? scalars.map((_, n) => `c${n}`) : ['x'],
      );
    });
    const lists = types.map((type, i) => listField(`list${i}`, type));
    return [common, ...declared, `type Query { ${lists.join('\n')} }`].join('\n');
  });
}

const nameOf = ({ query }: { query: string }) => /(?:query|mutation|subscription) (\w+)/.exec(query)?.[1];

describe('the page', () => {
  const schema = createSchema({
    typeDefs: 'type Query { secretTable: Int }',
    resolvers: { Query: { secretTable: () => 1 } },
  });
  const serve = (...plugins: ReturnType<typeof useGraphiQL>[]) =>
    createYoga({ schema, plugins, graphiql: false, landingPage: false, logging: false });
  const yoga = serve(useGraphiQL('/graphql'));
  const browser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };
  const get = (path: string, headers: Record<string, string> = {}) =>
    yoga.fetch(new URL(path, 'http://localhost/'), { headers });
  const addressesIn = (html: string) =>
    [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) => address ?? '');

  test("the root leads to the page, also behind a proxy's prefix", async () => {
    const response = await get('/', browser);
    expect([response.status, response.headers.get('location')]).toEqual([302, 'graphql']);
  });

  test('the page is sent to browsers only', async () => {
    const response = await get('/graphql', browser);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('vary')).toBe('accept');
    expect(await response.text()).toContain('<title>events-graphql</title>');
  });

  test('the plugin leaves every other request to the API', async () => {
    const query = '/graphql?query={secretTable}';
    const asked = await get(query, { accept: 'application/json' });
    expect(await asked.json()).toEqual({ data: { secretTable: 1 } });
    const posted = await yoga.fetch('http://localhost/graphql', {
      method: 'POST',
      headers: { ...browser, 'content-type': 'application/json' },
      body: '{"query":"{ secretTable }"}',
    });
    expect(posted.headers.get('content-type')).not.toContain('text/html');
    expect((await get('/elsewhere', browser)).status).toBe(404);
  });

  test('the page is a shell that knows nothing of the schema and loads only its own files', async () => {
    const html = await (await get('/graphql', browser)).text();
    expect(html).not.toContain('secretTable');
    expect(html).not.toMatch(/https?:|\/\/\w/);
    expect(html).not.toMatch(/<style|<script>|style=| on\w+=/);
    const addresses = addressesIn(html).filter((address) => !address.startsWith('data:'));
    expect(addresses.length).toBeGreaterThan(2);
    for (const address of addresses) expect(address).toMatch(/^graphql\/graphiql\/\w+\.(js|css)$/);
  });

  test('the page has each of its files, with the right type', async () => {
    const html = await (await get('/graphql', browser)).text();
    const named = addressesIn(html).filter((address) => !address.startsWith('data:'));
    const folder = 'graphql/graphiql/';
    const imported = ['bar.js', 'fetcher.js', 'lists.js', 'readyTabs.js', 'operationTabs.js', 'documentText.js'].map(
      (name) => folder + name,
    );
    const workers = ['editorWorkerService', 'graphql', 'json'].map((label) => `${folder}${label}.worker.js`);
    for (const address of [...named, ...imported, ...workers]) {
      const response = await get(`/${address}`);
      expect(response.status, address).toBe(200);
      expect(response.headers.get('content-type')).toMatch(
        address.endsWith('.css') ? /^text\/css/ : /^text\/javascript/,
      );
      expect(response.headers.get('content-encoding')).toBe('gzip');
      expect(gunzipSync(await response.bytes()).length).toBeGreaterThan(1000);
    }
    expect((await get(`/${folder}../../package.json`)).status).toBe(404);
    expect((await get(`/${folder}useGraphiQL.ts`)).status).toBe(404);
  });

  test('the page lets the browser load nothing from elsewhere and run nothing inline', async () => {
    for (const path of ['/graphql', '/graphql/graphiql/json.worker.js']) {
      const policy = (await get(path, browser)).headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("script-src 'self';");
      expect(policy).not.toMatch(/https?:|\*|unsafe-eval/);
    }
  });

  test('an unchanged file of the page is sent only once', async () => {
    const first = await get('/graphql/graphiql/page.js');
    const again = await get('/graphql/graphiql/page.js', { 'if-none-match': first.headers.get('etag') ?? '' });
    expect(again.status).toBe(304);
  });

  test('the page is off without the plugin', async () => {
    const response = await serve().fetch('http://localhost/graphql', { headers: browser });
    expect(response.headers.get('content-type')).not.toContain('text/html');
    expect((await serve().fetch('http://localhost/graphql/graphiql/page.js')).status).toBe(404);
  });
});
