import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import type { RequestRecord } from '../../src/context.ts';
import type { Plans } from '../../src/plan/plans.ts';
import { createApp } from '../../src/server/app.ts';
import { appConfig } from '../support/config.ts';
import { stayInThisMinute } from '../support/minute.ts';
import { setUp, setUpIssuer } from '../support/setUp.ts';

const issuer = await setUpIssuer();
const persisted = '{ devices(first: 1) { nodes { serial } } }';
const { api, database } = await setUp({
  documents: [{ id: 'one', text: persisted, file: 'manifest.json' }],
  prepare: `create view events.breaking as select id, 1 / (id - 2) as part from generate_series(1, 3) id`,
});
await database.grantAll(database.connection);
await api.served.check();

const log = pino({ level: 'silent' });
type Config = Partial<typeof appConfig>;
const parts = { tails: api.tails, probe: api.probe, log };

/** Creates the complete server, and one without plans, whose answers are all Yoga's. */
function bothWays(config: Config) {
  const settings = { ...appConfig, ...config };
  /** Number of operations that the complete server left to Yoga. */
  const wholeWays = { count: 0 };
  const served = (plansOf: (plans: Plans) => Plans) => ({
    ...api.served,
    current() {
      const current = api.served.current();
      return current && { ...current, plans: plansOf(current.plans) };
    },
  });
  const counting = served(({ of, known }) => ({
    of(...given) {
      wholeWays.count++;
      return of(...given);
    },
    known,
  }));
  return {
    wholeWays,
    short: createApp({ ...parts, config: settings, served: counting }),
    whole: createApp({ ...parts, config: settings, served: served(() => ({ of: () => null, known: () => null })) }),
  };
}

interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

const request = ({ method = 'POST', path = '', headers = {}, body }: Sent) =>
  [
    `http://localhost/graphql${path}`,
    {
      method,
      headers: { ...(method === 'POST' && { 'content-type': 'application/json' }), ...headers },
      ...(method === 'POST' && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    },
  ] as const;

type App = ReturnType<typeof createApp>;

/** Returns everything in a response that a client can compare: not the ids of errors, nor the text of an ETag. */
async function told(app: App, sent: Sent) {
  const record = { startStream() {}, watch: (db) => db } as Partial<RequestRecord> as RequestRecord;
  const response = await app.fetch(...request(sent), { record } as object);
  const text = await response.text();
  const headers = [...response.headers].map(([name, value]) => [name.toLowerCase(), value] as const);
  const compared = headers.filter(([name]) => !['etag', 'content-length'].includes(name)).sort();
  const isJson = response.headers.get('content-type')?.includes('json') && text !== '';
  const body: unknown = isJson ? JSON.parse(text) : text;
  return { answer: { status: response.status, headers: compared, body }, record };
}

const query = '{ devices(first: 2) { nodes { serial site { name } } totalCount } }';
const variables =
  'query Q($first: Int, $serial: String) { devices(first: $first, where: { serial: { eq: $serial } }) { nodes { serial } } }';
const mutation = 'mutation { deleteSite(siteId: 999999) { site { name } } }';
const limited = { ...appConfig.requestLimits, cost: 100 };
const token = async (...roles: string[]) => ({ authorization: `Bearer ${await issuer.sign({ roles })}` });
const reader = await token('Events.Read');
const writer = await token('Events.Write');
const nobody = await token('Somebody.Else');

const get = (text: string, more = '') => ({ method: 'GET', path: `?query=${encodeURIComponent(text)}${more}` });

/** Requests that follow one that is admitted and has warmed the server, and the way in which they are answered. */
const cases: readonly [name: string, warm: Sent, then: Sent, way: 'short' | 'whole', config?: Config][] = [
  ['the same again', { body: { query } }, { body: { query } }, 'short'],
  ['only __typename', { body: { query: '{ __typename }' } }, { body: { query: '{ __typename }' } }, 'short'],
  ['as a GET', { body: { query } }, get(query), 'whole'],
  ['a GET again', get(query), get(query), 'short'],
  [
    'with other variables',
    { body: { query: variables, variables: { first: 1, serial: 'a' } } },
    { body: { query: variables, variables: { first: 3, serial: 'b' } } },
    'short',
  ],
  [
    'with variables of a wrong type',
    { body: { query: variables, variables: { first: 1, serial: 'a' } } },
    { body: { query: variables, variables: { first: 'x' } } },
    'whole',
  ],
  ['with variables that are not an object', { body: { query } }, { body: { query, variables: [1] } }, 'whole'],
  [
    'with deeply nested variables',
    { body: { query } },
    { body: `{"query":${JSON.stringify(query)},"variables":{"a":${'['.repeat(300)}${']'.repeat(300)}}}` },
    'whole',
  ],
  ['with an unknown parameter', { body: { query } }, { body: { query, what: 1 } }, 'whole'],
  ['with an unknown operation', { body: { query } }, { body: { query, operationName: 'None' } }, 'whole'],
  ['with an empty operation name', { body: { query } }, { body: { query, operationName: '' } }, 'short'],
  ['with null for an operation name', { body: { query } }, { body: { query, operationName: null } }, 'short'],
  ['as one of several', { body: { query } }, { body: [{ query }] }, 'whole'],
  ['by an id', { body: { documentId: 'one' } }, { body: { documentId: 'one' } }, 'short'],
  ['by an id in the path', { method: 'GET', path: '/one' }, { method: 'GET', path: '/one' }, 'short'],
  ['by an unknown id', { body: { documentId: 'one' } }, { body: { documentId: 'two' } }, 'whole'],
  ['by an id with another text', { body: { documentId: 'one' } }, { body: { documentId: 'one', query } }, 'whole'],
  [
    'in another media type',
    { body: { query } },
    { body: { query }, headers: { accept: 'application/graphql-response+json' } },
    'whole',
  ],
  [
    'in a media type that the server does not have',
    { body: { query } },
    { body: { query }, headers: { accept: 'image/png' } },
    'whole',
  ],
  [
    'as a stream of events',
    { body: { query } },
    { body: { query }, headers: { accept: 'text/event-stream' } },
    'whole',
  ],
  [
    'from a page of another origin',
    { body: { query } },
    { body: { query }, headers: { 'sec-fetch-site': 'cross-site' } },
    'whole',
  ],
  [
    'as a form',
    { body: { query } },
    { body: 'query={a}', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    'whole',
  ],
  [
    'as the text of a document',
    { body: { query } },
    { body: query, headers: { 'content-type': 'application/graphql' } },
    'short',
  ],
  ['encoded', { body: { query } }, { body: { query }, headers: { 'content-encoding': 'gzip' } }, 'whole'],
  [
    'that is too long',
    { body: { query } },
    { body: { query, extensions: { x: 'x'.repeat(3000) } } },
    'whole',
    { maxBodyBytes: 2000 },
  ],
  ['that is not JSON', { body: { query } }, { body: '{' }, 'whole'],
  ['by another method', { body: { query } }, { method: 'PUT' }, 'whole'],
  [
    'that costs too much',
    { body: { query: variables, variables: { first: 1 } } },
    { body: { query: variables, variables: { first: 200 } } },
    'whole',
    { requestLimits: limited },
  ],
  [
    'that reads too much',
    { body: { query: variables, variables: { first: 1, serial: 'a' } } },
    { body: { query: '{ devices { nodes { serial } } }' } },
    'whole',
    { requestLimits: { ...appConfig.requestLimits, bytes: 500 } },
  ],
  [
    'that comes too often',
    { body: { query } },
    { body: { query } },
    'whole',
    { requestLimits: { ...appConfig.requestLimits, perMinute: 1 } },
  ],
  [
    'of a caller who may read',
    { body: { query }, headers: reader },
    { body: { query }, headers: reader },
    'short',
    { auth: issuer.config },
  ],
  [
    'of a caller who may not read',
    { body: { query }, headers: reader },
    { body: { query }, headers: writer },
    'whole',
    { auth: issuer.config },
  ],
  [
    'of a caller who may do nothing',
    { body: { query }, headers: reader },
    { body: { query }, headers: nobody },
    'whole',
    { auth: issuer.config },
  ],
  ['without a token', { body: { query }, headers: reader }, { body: { query } }, 'whole', { auth: issuer.config }],
  [
    'of a caller who may not explore',
    { body: { query }, headers: await token('Events.Read', 'Events.Explore') },
    { body: { query }, headers: reader },
    'whole',
    { auth: issuer.config, documents: { paths: [], persistedOnly: true, strict: false } },
  ],
  ['as a mutation', { body: { query: mutation } }, { body: { query: mutation } }, 'short'],
  ['as a mutation by GET', { body: { query: mutation } }, get(mutation), 'whole'],
  [
    'as a mutation of a caller who may write',
    { body: { query: mutation }, headers: writer },
    { body: { query: mutation }, headers: writer },
    'short',
    { auth: issuer.config },
  ],
  [
    'as a mutation of a caller who may only read',
    { body: { query: mutation }, headers: writer },
    { body: { query: mutation }, headers: reader },
    'whole',
    { auth: issuer.config },
  ],
  [
    'with errors',
    { body: { query: '{ breakings(first: 1) { nodes { id } } }' } },
    { body: { query: '{ breakings { nodes { part } } }' } },
    'whole',
  ],
];

describe('after a plan was made, a request is answered as without plans', () => {
  test.each(cases)('the same answer comes with and without plans: %s', async (_, warm, then, way, config = {}) => {
    stayInThisMinute();
    const apps = bothWays(config);
    for (const app of [apps.short, apps.whole]) await told(app, warm);
    apps.wholeWays.count = 0;
    const [short, whole] = [await told(apps.short, then), await told(apps.whole, then)];
    expect(short.answer).toEqual(whole.answer);
    if (way === 'short') expect([short.record.interpreter, apps.wholeWays.count]).toEqual(['plan', 0]);
  });

  test('a request with a plan is logged as a known document', async () => {
    const { short } = bothWays({});
    const first = await short.fetch(...request(get(query)));
    const etag = first.headers.get('etag') ?? '';
    const again = await short.fetch(...request({ ...get(query), headers: { 'if-none-match': etag } }));
    expect([again.status, again.headers.get('etag'), await again.text()]).toEqual([304, etag, '']);
  });
});

test('statements that fail on the short path are not repeated', async () => {
  const { short } = bothWays({});
  const failing = '{ breakings { nodes { part } } }';
  for (let i = 0; i < 3; i++) {
    (api.queries as unknown[]).length = 0;
    const { answer } = await told(short, { body: { query: failing } });
    expect([answer.status, api.queries.length]).toEqual([200, 1]);
  }
});

/** Values of `Accept`, some of which the server cannot satisfy. */
const accepts = [
  'text/event-stream',
  'TEXT/EVENT-STREAM, text/html',
  'multipart/mixed',
  'image/png',
  'application/json; charset=latin1',
  'application/json; charset=utf-8',
  'application/json, application/graphql-response+json',
  'application/graphql-response+json, application/json;q=0.9',
  'text/event-stream, application/*',
  'text/html, */*;q=0.1',
];

test.each(accepts)(
  "%s: introspection has the content type that was requested, and no other request's",
  async (accept) => {
    const { short, whole } = bothWays({});
    const headers = { accept };
    const typeOf = ({ status, headers }: Awaited<ReturnType<typeof told>>['answer']) => [
      status,
      headers.find(([name]) => name === 'content-type'),
    ];
    const { answer } = await told(whole, { body: { query }, headers });
    await told(short, { body: { query } });
    const introspection = await told(short, { body: { query: '{ __schema { queryType { name } } }' }, headers });
    expect(typeOf(introspection.answer)).toEqual(typeOf(answer));
    if (answer.status === 200) expect(JSON.stringify(introspection.answer.body)).toContain('Query');
    expect((await told(short, { body: { query }, headers })).answer).toEqual(answer);
  },
);

test('the short path works however many content types others accepted', async () => {
  const { short, wholeWays } = bothWays({});
  for (let i = 0; i < 60; i++) await told(short, { body: { query }, headers: { accept: `application/json, x/${i}` } });
  await told(short, { body: { query } });
  wholeWays.count = 0;
  await told(short, { body: { query } });
  expect(wholeWays.count).toBe(0);
});

/** Requests, each with at most one oddity. */
const odd: readonly Sent[] = [
  { body: { query: 0, documentId: 'one' } },
  { body: { query: '', documentId: 'one' } },
  { body: { query: null, documentId: 'one' } },
  { body: { query: false, documentId: 'one' } },
  { body: { query: [], documentId: 'one' } },
  { body: { query, extensions: { persistedQuery: null } } },
  { body: { query, extensions: { persistedQuery: 1 } } },
  { body: { query, extensions: { persistedQuery: { version: 1, sha256Hash: 'x' } } } },
  { body: { query, extensions: '' } },
  { body: { query, operationName: null } },
  { body: { query, operationName: 0 } },
  { body: { query, variables: '' } },
  { body: { query, variables: null } },
  { body: { query, id: null, doc_id: null } },
  { body: { query, id: '' } },
  { body: { query, what: null } },
  { body: `{"query":${JSON.stringify(query)},"__proto__":{"a":1}}` },
  { body: `{"query":${JSON.stringify(query)},"variables":{"__proto__":{"first":1},"constructor":2}}` },
  { body: `{"query":${JSON.stringify(variables)},"variables":{"__proto__":{"first":1},"serial":"a"}}` },
  { body: `{"query":"{ a }","query":${JSON.stringify(query)}}` },
  { body: `{"query":${JSON.stringify(query)},"query":"{ a }"}` },
  { body: `{"query":${JSON.stringify(variables)},"variables":{"first":99999999999999999999999,"serial":"a"}}` },
  { body: `{"query":${JSON.stringify(variables)},"variables":{"first":1e1,"serial":"a"}}` },
  { body: `{"query":${JSON.stringify(variables)},"variables":{"first":1.0,"serial":"a\\u0000"}}` },
  { body: `{"query":${JSON.stringify(variables)},"variables":{"first":-1,"serial":"a"}}` },
  { body: `\uFEFF{"query":${JSON.stringify(query)}}` },
  { body: { query }, headers: { 'content-type': 'application/json; charset=utf-16' } },
  { body: { query }, headers: { 'content-type': 'application/json; charset=latin1' } },
  { body: { query }, headers: { 'content-type': 'APPLICATION/JSON' } },
  { body: { query }, headers: { 'content-type': 'text/plain' } },
  { body: { query }, headers: { origin: 'https://a.example' } },
  { body: { query }, headers: { origin: 'https://b.example' } },
  { ...get(query), headers: { origin: 'https://a.example' } },
  { ...get(query), headers: { 'if-none-match': '*' } },
  { ...get(query), headers: { 'if-none-match': '*', origin: 'https://a.example' } },
  { ...get(query), method: 'HEAD' },
  { ...get(query), method: 'OPTIONS' },
  { ...get(query), method: 'DELETE' },
  { ...get(query, '&query=x') },
  { ...get(query, '&what=x') },
  { ...get(query, '&variables=x') },
  { ...get(query, '&variables=[]') },
  { ...get(query, '&variables=null') },
  { ...get(query, '&extensions=1') },
  { ...get('mutation { __typename }') },
  { body: { query: 'mutation { __typename }' } },
  { method: 'GET', path: '/one?query=%7B' },
  { method: 'GET', path: '/one/' },
  { method: 'GET', path: '/%6fne' },
  { method: 'GET', path: '//one' },
  { path: '/one', body: {} },
  { path: '/one', body: { documentId: 'two' } },
  { path: '/one', body: { operationName: 'x' } },
  { body: 'null' },
  { body: '"x"' },
  { body: '[]' },
  { body: '' },
];
test.each(odd.map((one) => [JSON.stringify(one), one] as const))(
  '%s is answered and recorded as without plans',
  async (_, sent) => {
    const apps = bothWays({ corsOrigins: ['https://a.example'] });
    const warm: readonly Sent[] = [
      { body: { query } },
      get(query),
      { body: { documentId: 'one' } },
      { method: 'GET', path: '/one' },
      { body: { query: variables, variables: { first: 1, serial: 'a' } } },
      sent,
    ];
    for (const app of [apps.short, apps.whole]) for (const one of warm) await told(app, one);
    const [short, whole] = [await told(apps.short, sent), await told(apps.whole, sent)];
    expect(short.answer).toEqual(whole.answer);
    const recorded = ({ record }: typeof short) => JSON.parse(JSON.stringify({ ...record, interpreter: undefined }));
    expect(recorded(short)).toEqual(recorded(whole));
  },
);
