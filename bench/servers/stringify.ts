import type pg from 'pg';
import { farFromStart } from '../questions.ts';
import { type Answer, listen } from './listen.ts';
import { levels, type Statement } from './sql.ts';

// A ceiling: the statements that our server runs, on plain node:http, as rows that pg makes and JSON.stringify writes.

type Row = Readonly<Record<string, unknown>>;

const rowsOf = async (client: pg.PoolClient, statement: Statement, values: readonly unknown[] = []) =>
  (await client.query<Row>({ ...statement, values: [...values] })).rows;

const keyed = (rows: readonly Row[], key: string) => new Map(rows.map((row) => [row[key], row]));
const label = (value: unknown) => String(value).toUpperCase();

async function sitesOf(client: pg.PoolClient, rows: readonly Row[]) {
  const ids = [...new Set(rows.map((row) => row['site_id']))];
  return keyed(await rowsOf(client, levels.site, [ids]), 'site_id');
}

const newest: Answer = async (client) => {
  const events = await rowsOf(client, levels.events);
  const devices = await rowsOf(client, levels.devicesOf, [[...new Set(events.map((row) => row['device_id']))]]);
  const sites = await sitesOf(client, devices);
  const byId = keyed(devices, 'device_id');
  return JSON.stringify({
    events: {
      nodes: events.map(({ event_id, occurred_at, severity, device_id }) => {
        const device = byId.get(device_id);
        const site = { name: sites.get(device?.['site_id'])?.['name'] };
        return {
          eventId: event_id,
          occurredAt: occurred_at,
          severity: label(severity),
          device: { serial: device?.['serial'], site },
        };
      }),
    },
  });
};

listen({
  async Q1(client, { deviceId }) {
    const [device] = await rowsOf(client, levels.device, [deviceId]);
    const [site] = await rowsOf(client, levels.site, [[device?.['site_id']]]);
    const { serial, model, status } = device ?? {};
    return JSON.stringify({
      device: { serial, model, status: label(status), site: { name: site?.['name'], timeZone: site?.['time_zone'] } },
    });
  },
  Q2: newest,
  Q7: newest,
  async Q3(client) {
    const devices = await rowsOf(client, levels.devices);
    const sites = await sitesOf(client, devices);
    const pages: Row[][] = devices.map(() => []);
    for (const row of await rowsOf(client, levels.eventsOf, [devices.map((row) => row['device_id'])]))
      pages[Number(row['n']) - 1]?.push({ occurredAt: row['occurred_at'], payload: row['payload'] });
    return JSON.stringify({
      devices: {
        nodes: devices.map(({ serial, status, site_id }, n) => ({
          serial,
          status: label(status),
          site: { name: sites.get(site_id)?.['name'] },
          events: { nodes: pages[n] },
        })),
      },
    });
  },
  async Q4(client) {
    const rows = await rowsOf(client, levels.wide);
    return JSON.stringify({
      events: {
        nodes: rows.map(({ event_id, occurred_at, severity, value, device_id, payload }) => ({
          eventId: event_id,
          occurredAt: occurred_at,
          severity: label(severity),
          value,
          deviceId: device_id,
          payload,
        })),
      },
    });
  },
  async Q5start(client) {
    const [row] = await rowsOf(client, levels.start, [farFromStart]);
    return JSON.stringify({
      rows: { pageInfo: { endCursor: JSON.stringify([row?.['occurred_at'], row?.['event_id']]) } },
    });
  },
  async Q5(client, { after }) {
    const rows = await rowsOf(client, levels.page, JSON.parse(String(after)) as unknown[]);
    const [counted] = await rowsOf(client, levels.count);
    const nodes = rows
      .slice(0, 50)
      .map(({ event_id, occurred_at }) => ({ eventId: event_id, occurredAt: occurred_at }));
    return JSON.stringify({
      rows: { nodes, totalCount: Number(counted?.['count']), pageInfo: { hasNextPage: rows.length > 50 } },
    });
  },
  async Q6(client, { from, until }) {
    const rows = await rowsOf(client, levels.hourly, [from, until]);
    return JSON.stringify({
      eventsGroupedAggregate: rows.map(({ bucket, severity, count }) => ({
        bucket,
        key: { severity: label(severity) },
        count: Number(count),
      })),
    });
  },
  async Q8(client, { inputs }) {
    const rows = inputs as readonly Row[];
    const column = (name: string) => rows.map((row) => row[name]);
    const { rowCount } = await client.query({
      ...levels.insert,
      values: [column('deviceId'), column('at'), column('value')],
    });
    return JSON.stringify({ createBenchReadings: { createdCount: rowCount } });
  },
});
