/** A GraphQL request, as a client sends it. */
export interface Request {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** How a server that is compared names the same things; every document gives them the same names by aliases. */
export type Dialect = 'ours' | 'postgraphile' | 'own';

export interface Facts {
  /** A device, and how many rows each bulk create makes. */
  readonly deviceId: string;
  readonly rows: number;
  /** The week of the hourly counts. */
  readonly from: string;
  readonly until: string;
}

export interface Question {
  readonly name: string;
  readonly asks: string;
  /** What a server is asked; null where it has no such question. `cursor` is what `start` answered, where there is one. */
  readonly request: (dialect: Dialect, facts: Facts, cursor: string) => Request | null;
  /** A request whose answer holds the cursor that the page begins after, as `data.rows.pageInfo.endCursor`. */
  readonly start?: (dialect: Dialect) => Request;
  /** Sent by GET as a persisted document, where the server can. */
  readonly persisted?: true;
  /** It adds rows to `bench_reading`. */
  readonly writes?: true;
}

const named = (names: Readonly<Record<Dialect, string>>) => (dialect: Dialect) => names[dialect];

const device = named({ ours: 'device', postgraphile: 'device: deviceByDeviceId', own: 'device' });
const site = named({ ours: 'site', postgraphile: 'site: siteBySiteId', own: 'site' });
const devices = named({ ours: 'devices', postgraphile: 'devices: allDevices', own: 'devices' });
const events = named({ ours: 'events', postgraphile: 'events: allEvents', own: 'events' });
const ofDevice = named({ ours: 'events', postgraphile: 'events: eventsByDeviceId', own: 'events' });
const filter = named({
  ours: 'where: { severity: { eq: ERROR } }, orderBy: [{ occurredAt: DESC }]',
  postgraphile: 'condition: { severity: error }, orderBy: [OCCURRED_AT_DESC, EVENT_ID_DESC]',
  own: '',
});

const newest50 = (dialect: Dialect, operation: string): Request => ({
  query: `query ${operation} { ${events(dialect)}(first: 50) { nodes { eventId occurredAt severity ${device(dialect)} { serial ${site(dialect)} { name } } } } }`,
  variables: {},
});

const page = (dialect: Dialect, head: string, place: string, selection: string, cursor?: string): Request => {
  const list = events(dialect).replace('events: ', '');
  const args = [place, filter(dialect)].filter(Boolean).join(', ');
  return {
    query: `query ${head} { rows: ${list}(${args}) { ${selection} } }`,
    variables: cursor === undefined ? {} : { after: cursor },
  };
};

/** The questions of the benchmark, in the order of the report. */
export const questions: readonly Question[] = [
  {
    name: 'Q1',
    asks: 'a device by its key, with its site',
    request: (dialect, { deviceId }) => ({
      query: `query Q1($deviceId: UUID!) { ${device(dialect)}(deviceId: $deviceId) { serial model status ${site(dialect)} { name timeZone } } }`,
      variables: { deviceId },
    }),
  },
  { name: 'Q2', asks: '50 events with device and site', request: (dialect) => newest50(dialect, 'Q2') },
  {
    name: 'Q3',
    asks: '20 devices with site and 10 events each, with payload',
    request: (dialect) => ({
      query: `query Q3 { ${devices(dialect)}(first: 20) { nodes { serial status ${site(dialect)} { name } ${ofDevice(dialect)}(first: 10) { nodes { occurredAt payload } } } } }`,
      variables: {},
    }),
  },
  {
    name: 'Q4',
    asks: '1,000 events, 6 fields',
    request: (dialect) => ({
      query: `query Q4 { ${events(dialect)}(first: 1000) { nodes { eventId occurredAt severity value deviceId payload } } }`,
      variables: {},
    }),
  },
  {
    name: 'Q5',
    asks: 'a filtered, ordered page far from the start, with totalCount',
    start: (dialect) => page(dialect, 'Q5start', `first: 1, offset: ${farFromStart}`, 'pageInfo { endCursor }'),
    request: (dialect, _, cursor) =>
      page(
        dialect,
        `Q5($after: ${dialect === 'postgraphile' ? 'Cursor' : 'String'})`,
        'first: 50, after: $after',
        'nodes { eventId occurredAt } totalCount pageInfo { hasNextPage }',
        cursor,
      ),
  },
  {
    name: 'Q6',
    asks: 'hourly counts per severity over a week',
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
    persisted: true,
    request: (dialect) => (dialect === 'postgraphile' ? newest50(dialect, 'Q2') : newest50(dialect, 'Q7')),
  },
  {
    name: 'Q8',
    asks: 'bulk create of 100 rows',
    writes: true,
    request: (dialect, { deviceId, rows }) => {
      const inputs = Array.from({ length: rows }, (_, n) => ({ deviceId, at: '2026-01-01T00:00:00Z', value: n + 0.5 }));
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

/** How many rows stand before the page of Q5. */
export const farFromStart = 5000;
