import { farFromStart } from '../questions.ts';
import { type Answer, listen } from './listen.ts';
import { joined, levels, rowsOf } from './sql.ts';

// The ceiling: what is to one joined, rows as text, and the response written by hand from that text.

/** JSON of a text; most need no escapes. */
const text = (value: string | null | undefined): string =>
  value === null || value === undefined
    ? 'null'
    : /["\\]|[^\u0020-\uffff]/.test(value)
      ? JSON.stringify(value)
      : `"${value}"`;
const label = (value: string | null | undefined): string => `"${value?.toUpperCase()}"`;
const time = (value: string | null | undefined): string => `"${value?.slice(0, 10)}T${value?.slice(11, -3)}Z"`;

const newest: Answer = async (client) => {
  const rows = await rowsOf(client, joined.events);
  const nodes = rows.map(
    ([id, at, severity, serial, site]) =>
      `{"eventId":"${id}","occurredAt":${time(at)},"severity":${label(severity)},"device":{"serial":${text(serial)},"site":{"name":${text(site)}}}}`,
  );
  return `{"events":{"nodes":[${nodes.join()}]}}`;
};

listen({
  async Q1(client, { deviceId }) {
    const [row] = await rowsOf(client, joined.device, [deviceId]);
    const [serial, model, status, site, zone] = row ?? [];
    return `{"device":{"serial":${text(serial)},"model":${text(model)},"status":${label(status)},"site":{"name":${text(site)},"timeZone":${text(zone)}}}}`;
  },
  Q2: newest,
  Q7: newest,
  async Q3(client) {
    const devices = await rowsOf(client, joined.devices);
    const pages: string[][] = devices.map(() => []);
    for (const [n, at, payload] of await rowsOf(client, levels.eventsOf, [devices.map(([id]) => id)]))
      pages[Number(n) - 1]?.push(`{"occurredAt":${time(at)},"payload":${payload}}`);
    const nodes = devices.map(
      ([, serial, status, site], n) =>
        `{"serial":${text(serial)},"status":${label(status)},"site":{"name":${text(site)}},"events":{"nodes":[${pages[n]?.join()}]}}`,
    );
    return `{"devices":{"nodes":[${nodes.join()}]}}`;
  },
  async Q4(client) {
    const rows = await rowsOf(client, levels.wide);
    const nodes = rows.map(
      ([id, at, severity, value, device, payload]) =>
        `{"eventId":"${id}","occurredAt":${time(at)},"severity":${label(severity)},"value":${text(value)},"deviceId":"${device}","payload":${payload}}`,
    );
    return `{"events":{"nodes":[${nodes.join()}]}}`;
  },
  async Q5start(client) {
    const [row] = await rowsOf(client, levels.start, [farFromStart]);
    return JSON.stringify({ rows: { pageInfo: { endCursor: JSON.stringify(row) } } });
  },
  async Q5(client, { after }) {
    const rows = await rowsOf(client, levels.page, JSON.parse(String(after)) as unknown[]);
    const [counted] = await rowsOf(client, levels.count);
    const nodes = rows.slice(0, 50).map(([id, at]) => `{"eventId":"${id}","occurredAt":${time(at)}}`);
    return `{"rows":{"nodes":[${nodes.join()}],"totalCount":${counted?.[0]},"pageInfo":{"hasNextPage":${rows.length > 50}}}}`;
  },
  async Q6(client, { from, until }) {
    const rows = await rowsOf(client, levels.hourly, [from, until]);
    const groups = rows.map(
      ([severity, bucket, count]) =>
        `{"bucket":${time(bucket)},"key":{"severity":${label(severity)}},"count":${count}}`,
    );
    return `{"eventsGroupedAggregate":[${groups.join()}]}`;
  },
  async Q8(client, { inputs }) {
    const rows = inputs as readonly Readonly<Record<string, unknown>>[];
    const column = (name: string) => rows.map((row) => row[name]);
    const { rowCount } = await client.query({
      ...levels.insert,
      values: [column('deviceId'), column('at'), column('value')],
    });
    return `{"createBenchReadings":{"createdCount":${rowCount}}}`;
  },
});
