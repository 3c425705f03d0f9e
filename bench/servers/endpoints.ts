import type { ClientBase } from 'pg';
import { farFromStart, variety } from '../questions.ts';
import { rowsOf, statements } from './sql.ts';

/** An endpoint: the JSON text of `data`, or a function that reads it. */
export type Endpoint = string | ((client: ClientBase, variables: Readonly<Record<string, unknown>>) => Promise<string>);

// To-one relations are joined, rows are text, and the response is written by hand from that text.

/** Writes a text as JSON; most need no escapes. */
const text = (value: string | null | undefined): string =>
  value === null || value === undefined
    ? 'null'
    : /["\\]|[^\u0020-\uffff]/.test(value)
      ? JSON.stringify(value)
      : `"${value}"`;
const label = (value: string | null | undefined): string => `"${value?.toUpperCase()}"`;
const time = (value: string | null | undefined): string => `"${value?.slice(0, 10)}T${value?.slice(11, -3)}Z"`;

/** Reads a cursor, which is the key of its row as JSON. */
const keyOf = (cursor: unknown) => JSON.parse(String(cursor)) as unknown[];

const cursors =
  (statement: (typeof statements)['eventCursors'], skipped = 0): Endpoint =>
  async (client) => {
    const rows = await rowsOf(client, statement, [skipped, variety]);
    return JSON.stringify({ rows: { edges: rows.map((row) => ({ cursor: JSON.stringify(row) })) } });
  };

const newest: Endpoint = async (client, { after }) => {
  const rows = await rowsOf(client, statements.events, keyOf(after));
  const nodes = rows.map(
    ([id, at, severity, serial, site]) =>
      `{"eventId":"${id}","occurredAt":${time(at)},"severity":${label(severity)},"device":{"serial":${text(serial)},"site":{"name":${text(site)}}}}`,
  );
  return `{"rows":{"nodes":[${nodes.join()}]}}`;
};

export const endpoints: Readonly<Record<string, Endpoint>> = {
  eventsCursors: cursors(statements.eventCursors),
  devicesCursors: cursors(statements.deviceCursors),
  errorsCursors: cursors(statements.errorCursors, farFromStart),
  Q0: '{"__typename":"Query"}',
  async Q1(client, { deviceId }) {
    const [row] = await rowsOf(client, statements.device, [deviceId]);
    const [serial, model, status, site, zone] = row ?? [];
    return `{"device":{"serial":${text(serial)},"model":${text(model)},"status":${label(status)},"site":{"name":${text(site)},"timeZone":${text(zone)}}}}`;
  },
  Q2: newest,
  Q7: newest,
  async Q3(client, { after }) {
    const devices = await rowsOf(client, statements.devices, keyOf(after));
    const pages: string[][] = devices.map(() => []);
    for (const [n, at, payload] of await rowsOf(client, statements.eventsOf, [devices.map(([id]) => id)]))
      pages[Number(n) - 1]?.push(`{"occurredAt":${time(at)},"payload":${payload}}`);
    const nodes = devices.map(
      ([, serial, status, site], n) =>
        `{"serial":${text(serial)},"status":${label(status)},"site":{"name":${text(site)}},"events":{"nodes":[${pages[n]?.join()}]}}`,
    );
    return `{"rows":{"nodes":[${nodes.join()}]}}`;
  },
  async Q4(client, { after }) {
    const rows = await rowsOf(client, statements.wide, keyOf(after));
    const nodes = rows.map(
      ([id, at, severity, value, device, payload]) =>
        `{"eventId":"${id}","occurredAt":${time(at)},"severity":${label(severity)},"value":${text(value)},"deviceId":"${device}","payload":${payload}}`,
    );
    return `{"rows":{"nodes":[${nodes.join()}]}}`;
  },
  async Q5(client, { after }) {
    const rows = await rowsOf(client, statements.page, keyOf(after));
    const [counted] = await rowsOf(client, statements.count);
    const nodes = rows.slice(0, 50).map(([id, at]) => `{"eventId":"${id}","occurredAt":${time(at)}}`);
    return `{"rows":{"nodes":[${nodes.join()}],"totalCount":${counted?.[0]},"pageInfo":{"hasNextPage":${rows.length > 50}}}}`;
  },
  async Q6(client, { from, until }) {
    const rows = await rowsOf(client, statements.hourly, [from, until]);
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
      ...statements.insert,
      values: [column('deviceId'), column('at'), column('value')],
    });
    return `{"createBenchReadings":{"createdCount":${rowCount}}}`;
  },
};
