import { type ASTNode, type DocumentNode, getIntrospectionQuery, parse, Source, visit } from 'graphql';
import { describe, expect, test } from 'vitest';
import { defaultPageLimits, defaultRequestLimits as limits } from '../../src/config/limits.ts';
import { sampleExtensions } from '../../src/dev/embedded/embedded.ts';
import { unknownValue } from '../../src/pricing/argumentValues.ts';
import { priceOf } from '../../src/pricing/cost.ts';
import { scan } from '../../src/pricing/scan.ts';
import { checkShape } from '../../src/pricing/shape.ts';
import { importExtensions } from '../../src/schema/extensions/folder.ts';
import { setUp } from '../support/setUp.ts';

const { api } = await setUp({ extensions: await importExtensions([sampleExtensions]) });

const pages = defaultPageLimits;

const priceWith = (variables: Record<string, unknown>, text: string, operationName?: string) =>
  priceOf({ schema: api.api.schema, document: parse(text), operationName, variables, pages });

const rows = (text: string, variables: Record<string, unknown> = {}) => priceWith(variables, text).rows;

/** Returns the status, and the code and message of the first error, of a response without data. */
async function refusal(document: string, variables?: Record<string, unknown>) {
  const { data, errors, status } = await api.send(document, variables);
  expect(data).toBeUndefined();
  return { status, code: errors?.[0]?.extensions?.['code'], message: errors?.[0]?.message };
}

describe('a price', () => {
  test.each([
    ['a page of the requested size', '{ devices(first: 7) { nodes { serial } } }', 7],
    ['a page from the end', '{ devices(last: 7) { nodes { serial } } }', 7],
    ['a page of the default size', '{ devices { edges { cursor } } }', 50],
    ['no page if only the count is requested', '{ devices { totalCount __typename } }', 10],
    ['pages in pages', '{ sites(first: 10) { nodes { devices(first: 20) { nodes { serial } } } } }', 10 + 200],
    ['counts in pages', '{ sites(first: 10) { nodes { devices { totalCount } } } }', 10 + 100],
    ['a row for each to-one relation', '{ events(first: 10) { nodes { device { site { name } } } } }', 30],
    ['a lookup', '{ deviceBySerial(serial: "x") { events(first: 3) { nodes { severity } } } }', 4],
    ['ids', '{ nodes(ids: ["a", "b", "c"]) { ... on Device { site { name } } } }', 6],
    ['an aggregate again for its previous period', '{ eventsAggregate { count previous { count } } }', 10 + 10],
    [
      'groups again for their previous period',
      '{ eventsGroupedAggregate(first: 7, groupBy: {}) { count previous { count } } }',
      17 + 17,
    ],
    ['a column once', '{ devices(first: 9) { nodes { serial model label } } }', 9],
    ['a column again under another name', '{ devices(first: 9) { nodes { serial again: serial } } }', 18],
    ['the name of a type under many names', '{ a: __typename b: __typename c: __typename }', 2],
    [
      'related rows as often as an order reads them',
      '{ events(first: 10, orderBy: [{ device: { site: { name: ASC } } }, { value: ASC }]) { nodes { value } } }',
      10 + 20,
    ],
    [
      'an aggregate for each row that is ordered by it',
      '{ devices(first: 10, orderBy: { eventsAggregate: { count: DESC } }) { nodes { serial } } }',
      10 + 100,
    ],
    [
      'a value that is computed for each row that is ordered by it',
      '{ devices(first: 10, orderBy: [{ attributesAt: { path: ["a"] } }, { site: { name: ASC } }]) { nodes { serial } } }',
      10 + 20,
    ],
    [
      'distinct rows as a count',
      '{ events(first: 10, distinctOn: [DEVICE_ID], orderBy: [{ occurredAt: DESC }]) { nodes { value } } }',
      10 + 10,
    ],
    [
      'distinct rows as a count, also by a single column without brackets',
      '{ events(first: 10, distinctOn: DEVICE_ID, orderBy: [{ occurredAt: DESC }]) { nodes { value } } }',
      10 + 10,
    ],
    ['nothing that is skipped', '{ devices(first: 9) @skip(if: true) { nodes { serial } } }', 0],
    ['a page size that the schema rejects as the largest', '{ devices(first: 5000) { nodes { serial } } }', 1000],
    ['a full message of a subscription', 'subscription { eventsAdded { edges { node { device { serial } } } } }', 1000],
    ['no negative rows', '{ devices(first: -5) { nodes { serial } } }', 0],
    [
      'fields that are merged once',
      '{ devices(first: 4) { nodes { serial } } devices(first: 4) { nodes { model } } }',
      4,
    ],
    [
      'a fragment in a place once',
      '{ ...D ...D ...E } fragment D on Query { devices(first: 4) { nodes { serial } } } fragment E on Query { ...D }',
      4,
    ],
    [
      'a fragment in each place',
      `{ a: devices(first: 2) { ...D } b: devices(first: 3) { ...D } }
       fragment D on DeviceConnection { nodes { site { name } } }`,
      4 + 6,
    ],
    [
      'a fragment that is skipped in one place and included in another',
      '{ ...D @skip(if: true) ...D } fragment D on Query { devices(first: 4) { nodes { serial } } }',
      4,
    ],
  ])('a price counts %s', (_, text, expected) => {
    expect(rows(text)).toBe(expected);
  });

  const paged =
    'query ($n: Int, $m: Int = 3) { sites(first: $n) { nodes { devices(first: $m) { nodes { serial } } } } }';

  test('a price counts the variables that were sent, or their defaults', () => {
    expect(rows(paged, { n: 5 })).toBe(5 + 15);
    expect(rows(paged, { n: 5, m: 2 })).toBe(5 + 10);
    expect(rows(paged)).toBe(50 + 150);
  });

  test('a price counts the order in the variables, or the default', () => {
    const text = (order: string) =>
      `query ($order: [DeviceOrderBy!] = [{ site: { name: ASC } }], $to: SiteOrderBy = { name: DESC }) {
        devices(first: 10, orderBy: ${order}) { nodes { serial } } }`;
    expect(rows(text('$order'))).toBe(20);
    expect(rows(text('$order'), { order: [{ serial: 'ASC' }] })).toBe(10);
    expect(rows(text('$order'), { order: { eventsAggregate: { count: 'DESC' } } })).toBe(110);
    expect(rows(text('[{ site: $to }]'))).toBe(20);
    expect(rows(text('[{ site: $to }]'), { to: { devicesAggregate: { count: 'DESC' } } })).toBe(120);
    for (const order of [null, 'ASC', [null], [{ site: null }], [{ site: [] }], [{ constructor: {} }]])
      expect(rows(text('$order'), { order })).toBeLessThanOrEqual(20);
  });

  test('a price does not read inherited properties as variables', () => {
    expect(rows('query ($constructor: Int = 7) { devices(first: $constructor) { nodes { serial } } }')).toBe(7);
  });

  test('a price assumes the largest page for an unknown variable, whatever its default', () => {
    expect(rows(paged, { n: unknownValue })).toBe(1000 + 3000);
    expect(rows(paged, { n: unknownValue, m: unknownValue })).toBe(1000 + 1_000_000);
    expect(rows('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids: unknownValue })).toBe(1000);
    const included = (unless: string) =>
      `query ($yes: Boolean${unless}) { devices(first: 5) @include(if: $yes) { nodes { serial } } }`;
    for (const unless of ['!', ' = false']) expect(rows(included(unless), { yes: unknownValue })).toBe(5);
  });

  test('a price assumes the default for an unknown order', () => {
    const text =
      'query ($order: [DeviceOrderBy!] = [{ site: { name: ASC } }]) { devices(first: 10, orderBy: $order) { nodes { serial } } }';
    expect(rows(text, { order: unknownValue })).toBe(20);
  });

  test('a price counts the operation that runs', () => {
    const text =
      'query A { devices(first: 1) { nodes { serial } } } query B { devices(first: 2) { nodes { serial } } }';
    expect(priceWith({}, text, 'B').rows).toBe(2);
  });

  test('a price names the field that asks for the most', () => {
    const text =
      '{ all: sites(first: 10) { nodes { devices(first: 20) { nodes { serial } } } } events { totalCount } }';
    expect(priceWith({}, text).largest).toEqual({ path: 'all.nodes.devices', rows: 200 });
  });
});

describe('ordinary use is far from the limits', () => {
  test('the introspection of GraphiQL and of every generator is far from the limits', async () => {
    const text = getIntrospectionQuery({ inputValueDeprecation: true, specifiedByUrl: true, oneOf: true });
    await api.query(text);
    expect(rows(text)).toBeLessThan(limits.cost / 5);
  });

  test('a dashboard of 30 charts with their counts is far from the limits', async () => {
    const chart = (i: number) =>
      `c${i}: events(first: 200, where: {severity: {eq: ERROR}}) { totalCount nodes { at: occurredAt value device { serial site { name } } } }`;
    const text = `{ ${Array.from({ length: 30 }, (_, i) => chart(i)).join('\n')} }`;
    await api.query(text);
    expect(rows(text)).toBeLessThan(limits.cost / 5);
  });

  test('a page of 100 components with overlapping fragments is far from the limits', async () => {
    const names = Array.from({ length: 100 }, (_, i) => `Part${i}`);
    const text = `{ devices { edges { cursor node { ${names.map((name) => `...${name}`).join(' ')} } } } }
      ${names.map((name) => `fragment ${name} on Device { __typename id serial model site { id name } }`).join('\n')}`;
    await api.query(text);
  });

  test('three nested lists with default pages are far from the limits', async () => {
    await api.query('{ sites { nodes { devices { nodes { events { nodes { severity } } } } } } }');
  });
});

describe('rejected documents', () => {
  test('a document is rejected for the rows that it may request, with the limit, the price and the most expensive field', async () => {
    const text =
      '{ sites { nodes { devices { nodes { site { devices { nodes { events { nodes { value } } } } } } } } } }';
    expect(await refusal(text)).toEqual({
      status: 400,
      code: 'QUERY_TOO_COMPLEX',
      message:
        'The document could read 6,380,050 rows, but this server allows 200,000; most come from ' +
        '"sites.nodes.devices.nodes.site.devices.nodes.events" (6,250,000): ask for smaller pages',
    });
  });

  test('a document is rejected for the values of its variables, and allowed with others', async () => {
    const text = `query ($n: Int!) { sites(first: $n) { nodes { devices(first: $n) { nodes { events(first: $n) {
      nodes { value } } } } } } }`;
    expect(await refusal(text, { n: 100 })).toMatchObject({ code: 'QUERY_TOO_COMPLEX' });
    await api.query(text, { n: 2 });
    expect(await refusal(text, { n: 100 })).toMatchObject({ code: 'QUERY_TOO_COMPLEX' });
  });

  const nested = (open: string, inner: string, close: string, times: number) =>
    open.repeat(times) + inner + close.repeat(times);

  const chain = (count: number, body: (next: string) => string, type: string, last: string) =>
    Array.from(
      { length: count },
      (_, i) => `fragment F${i} on ${type} { ${i + 1 < count ? body(`...F${i + 1}`) : last} }`,
    );

  const hostile: readonly (readonly [string, string])[] = [
    [
      'fragments that spread each other twice, under new names',
      `{ devices { nodes { ...F0 } } } ${chain(
        60,
        (next) => `a: site { devices { nodes { ${next} } } } b: site { devices { nodes { ${next} } } }`,
        'Device',
        'serial',
      ).join('\n')}`,
    ],
    ['deep inline fragments', nested('{ ... ', '{ __typename }', '}', 12_000)],
    ['deep fields', nested('{ node ', '{ id }', '}', 190)],
    ['deep lists in an argument', `{ devices(where: ${nested('[', '', ']', 12_000)}) { totalCount } }`],
    ['deep types of a variable', `query ($a: ${nested('[', 'Int', ']', 12_000)}) { __typename }`],
    ['one field again and again', `{ ${'__typename '.repeat(15_000)} }`],
    ['one field with fields again and again', `{ ${'devices { totalCount } '.repeat(4000)} }`],
    ['fields in fields again and again', nested(`{ ${'node { id } '.repeat(150)} node `, '{ id }', '}', 25)],
    [
      'many fragments in one place',
      `{ ${Array.from({ length: 2000 }, (_, i) => `...F${i}`).join(' ')} } ${Array.from(
        { length: 2000 },
        (_, i) => `fragment F${i} on Query { a${i}: __typename }`,
      ).join(' ')}`,
    ],
    ['aliases', `{ ${Array.from({ length: 6000 }, (_, i) => `a${i}: __typename`).join(' ')} }`],
    ['directives', `{ __typename ${'@include(if: true) '.repeat(3000)} }`],
    ['unknown directives', `{ __typename ${'@a '.repeat(6000)} }`],
    ['more tokens than a parser should read', `{ ${'a '.repeat(50_000)} }`],
    ['more comments than memory should hold', `{ __typename } ${'#\n'.repeat(50_000)}`],
    [
      'the introspection again and again',
      `{ ${Array.from({ length: 500 }, (_, i) => `a${i}: __schema { types { ...T } }`).join(' ')} }
       fragment T on __Type { fields { args { name } } inputFields { name } enumValues { name } }`,
    ],
    [
      'an unused fragment that is a bomb',
      `{ __typename } ${chain(60, (next) => `a: site { parent { ${next} } } b: site { ${next} }`, 'Site', 'name').join('\n')}`,
    ],
    ['a fragment in itself', '{ ...A } fragment A on Query { node(id: "a") { id } ...B } fragment B on Query { ...A }'],
    [
      'operations that share a chain of fragments',
      `${Array.from({ length: 900 }, (_, i) => `query Q${i} { ...F0 }`).join(' ')} ${chain(
        900,
        (next) => next,
        'Query',
        '__typename',
      ).join(' ')}`,
    ],
  ];

  test.each(hostile)('a document is rejected for %s, visiting few nodes', async (_, text) => {
    const visits = { count: 0 };
    try {
      scan(new Source(text), limits);
      const document = parse(text);
      countVisits(document, visits);
      checkShape(api.api.schema, document, limits);
      priceOf({ schema: api.api.schema, document, variables: {}, pages });
    } catch (error) {
      expect(error).toMatchObject({ code: 'QUERY_TOO_COMPLEX' });
    }
    expect(visits.count).toBeLessThan(1_000_000);
    const { code } = await refusal(text);
    expect(code).toMatch(/^(QUERY_TOO_COMPLEX|GRAPHQL_VALIDATION_FAILED|BAD_USER_INPUT)$/);
  });

  test('a document is rejected for endlessly nested variables', async () => {
    const query = 'query ($w: DeviceWhere) { devices(where: $w) { totalCount } }';
    const response = await api.app.fetch('http://localhost/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"query":"${query}","variables":{"w":${nested('{"not":', '{}', '}', 100_000)}}}`,
    });
    expect(await response.json()).toMatchObject({
      errors: [
        {
          message: 'The variables nest deeper than 200 lists and objects',
          extensions: { code: 'BAD_USER_INPUT' },
        },
      ],
    });
  });

  test('a document is rejected for introspection that goes round in circles', async () => {
    const text = `{ __schema { types { ${nested('fields { type { ', 'name', '} }', 6)} } } }`;
    expect(await refusal(text)).toMatchObject({ status: 400 });
  });
});

/** Counts from now on how often the kind of any node of the document is read. */
function countVisits(document: DocumentNode, visits: { count: number }): void {
  const nodes: ASTNode[] = [];
  visit(document, { enter: (node) => void nodes.push(node) });
  for (const node of nodes) {
    const { kind } = node;
    const get = () => {
      visits.count++;
      return kind;
    };
    Object.defineProperty(node, 'kind', { get });
  }
}
