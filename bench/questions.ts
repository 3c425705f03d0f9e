/** A GraphQL request of a client. */
export interface Request {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** A compared server's naming scheme; aliases in the documents make all answers use the same names. */
export type Dialect = 'ours' | 'postgraphile' | 'own';

/** The subject of one request; the next request has another. */
export interface Facts {
  /** A device, and the number of rows that a bulk create writes for it. */
  readonly deviceId: string;
  readonly rows: number;
  /** The week of the hourly counts. */
  readonly from: string;
  readonly until: string;
}

/** A list with cursors after which pages begin. */
export type CursorList = 'events' | 'devices' | 'errors';

export interface Question {
  readonly name: string;
  readonly asks: string;
  /** Makes the request; null if the server does not support it. `cursor` belongs to the list in `after`. */
  readonly request: (dialect: Dialect, facts: Facts, cursor: string) => Request | null;
  readonly after?: CursorList;
  /** Number of different requests, if `variety` would take too long. */
  readonly variety?: number;
  /** Sent by GET as a persisted document, if the server supports that. */
  readonly persisted?: true;
  /** Adds rows to `bench_reading`. */
  readonly writes?: true;
}

/** Number of different requests per question, and so the largest number of clients. */
export const variety = 256;
/** Number of rows before the pages of Q5. */
export const farFromStart = 5000;

const named = (names: Readonly<Record<Dialect, string>>) => (dialect: Dialect) => names[dialect];

const device = named({ ours: 'device', postgraphile: 'device: deviceByDeviceId', own: 'device' });
const site = named({ ours: 'site', postgraphile: 'site: siteBySiteId', own: 'site' });
const ofDevice = named({ ours: 'events', postgraphile: 'events: eventsByDeviceId', own: 'events' });
const cursor = named({ ours: 'String', postgraphile: 'Cursor', own: 'String' });
const lists = {
  events: named({ ours: 'events', postgraphile: 'allEvents', own: 'events' }),
  devices: named({ ours: 'devices', postgraphile: 'allDevices', own: 'devices' }),
};
const errors = named({
  ours: 'where: { severity: { eq: ERROR } }, orderBy: [{ occurredAt: DESC }]',
  postgraphile: 'condition: { severity: error }, orderBy: [OCCURRED_AT_DESC, EVENT_ID_DESC]',
  own: '',
});

/** Makes a request for cursors, which are `data.rows.edges[].cursor` in the response. */
export function cursorsOf(dialect: Dialect, list: CursorList): Request {
  const field = lists[list === 'devices' ? 'devices' : 'events'](dialect);
  const place = list === 'errors' ? `, offset: ${farFromStart}, ${errors(dialect)}` : '';
  return {
    query: `query ${list}Cursors { rows: ${field}(first: ${variety}${place}) { edges { cursor } } }`,
    variables: {},
  };
}

interface Page {
  readonly list: keyof typeof lists;
  readonly args: string;
  readonly selection: string;
}

/** Makes a request for the page of a list after a cursor. */
function pageAfter(dialect: Dialect, operation: string, after: string, { list, args, selection }: Page): Request {
  const field = `rows: ${lists[list](dialect)}(${args}, after: $after)`;
  return {
    query: `query ${operation}($after: ${cursor(dialect)}) { ${field} { ${selection} } }`,
    variables: { after },
  };
}

const next50 = (dialect: Dialect, operation: string, after: string): Request =>
  pageAfter(dialect, operation, after, {
    list: 'events',
    args: 'first: 50',
    selection: `nodes { eventId occurredAt severity ${device(dialect)} { serial ${site(dialect)} { name } } }`,
  });

/** The questions of the benchmark, in the order of the report. */
export const questions: readonly Question[] = [
  {
    name: 'Q0',
    asks: '`{ __typename }`, which reads nothing',
    request: () => ({ query: 'query Q0 { __typename }', variables: {} }),
  },
  {
    name: 'Q1',
    asks: 'a device by its key, with its site',
    request: (dialect, { deviceId }) => ({
      query: `query Q1($deviceId: UUID!) { ${device(dialect)}(deviceId: $deviceId) { serial model status ${site(dialect)} { name timeZone } } }`,
      variables: { deviceId },
    }),
  },
  {
    name: 'Q2',
    asks: '50 events, each with its device and site',
    after: 'events',
    request: (dialect, _, after) => next50(dialect, 'Q2', after),
  },
  {
    name: 'Q3',
    asks: '20 devices, each with its site and 10 events with payloads',
    after: 'devices',
    request: (dialect, _, after) =>
      pageAfter(dialect, 'Q3', after, {
        list: 'devices',
        args: 'first: 20',
        selection: `nodes { serial status ${site(dialect)} { name } ${ofDevice(dialect)}(first: 10) { nodes { occurredAt payload } } }`,
      }),
  },
  {
    name: 'Q4',
    asks: '1,000 events with 6 fields each',
    after: 'events',
    request: (dialect, _, after) =>
      pageAfter(dialect, 'Q4', after, {
        list: 'events',
        args: 'first: 1000',
        selection: 'nodes { eventId occurredAt severity value deviceId payload }',
      }),
  },
  {
    name: 'Q5',
    asks: 'a filtered and ordered page far from the start, with totalCount',
    after: 'errors',
    request: (dialect, _, after) =>
      pageAfter(dialect, 'Q5', after, {
        list: 'events',
        args: `first: 50, ${errors(dialect)}`,
        selection: 'nodes { eventId occurredAt } totalCount pageInfo { hasNextPage }',
      }),
  },
  {
    name: 'Q6',
    asks: 'hourly counts per severity over a week',
    variety: 64,
    request: (dialect, { from, until }) =>
      dialect === 'postgraphile'
        ? null
        : {
            query:
              'query Q6($from: DateTime!, $until: DateTime!) { eventsGroupedAggregate(where: { occurredAt: { gte: $from, lt: $until } }, groupBy: { columns: [SEVERITY], occurredAt: { every: "PT1H" } }) { bucket key { severity } count } }',
            variables: { from, until },
          },
  },
  {
    name: 'Q7',
    asks: 'Q2 as a persisted document, by GET',
    after: 'events',
    persisted: true,
    request: (dialect, _, after) => next50(dialect, dialect === 'postgraphile' ? 'Q2' : 'Q7', after),
  },
  {
    name: 'Q8',
    asks: 'a bulk create of 100 rows',
    writes: true,
    request: (dialect, { deviceId, rows, from }) => {
      const inputs = Array.from({ length: rows }, (_, n) => ({ deviceId, at: from, value: n + 0.5 }));
      if (dialect !== 'postgraphile')
        return {
          query:
            'mutation Q8($inputs: [CreateBenchReadingInput!]!) { createBenchReadings(inputs: $inputs) { createdCount } }',
          variables: { inputs },
        };
      const each = inputs.map(
        (_, n) => `r${n}: createBenchReading(input: { benchReading: $r${n} }) { benchReading { value } }`,
      );
      return {
        query: `mutation Q8(${inputs.map((_, n) => `$r${n}: BenchReadingInput!`).join(', ')}) { ${each.join(' ')} }`,
        variables: Object.fromEntries(inputs.map((input, n) => [`r${n}`, input])),
      };
    },
  },
];
