import { peakMegabytes } from '../processes.ts';
import { withOurs } from '../servers.ts';
import { probe, query } from './probe.ts';
import type { Grow } from './section.ts';

const sizes = [10, 100, 1000, 10_000];

/** Grows the rows of one list, beyond the default limit. */
export const growPages: Grow = async (database, { seconds }) => {
  const largest = String(Math.max(...sizes));
  const rows = [];
  for (const size of sizes) {
    const list = `{ events(first: ${size}) { nodes { eventId occurredAt severity value deviceId payload } } }`;
    const row = await withOurs({ ...database.variables, MAX_PAGE_SIZE: largest }, async (server) => {
      const { p50, nodeCpu, postgresCpu } = await probe(database, server, query(list), { seconds });
      const perRow = ((nodeCpu + postgresCpu) * 1000) / size;
      const peak = await peakMegabytes(server.pid);
      return [...[p50, nodeCpu, postgresCpu].map((ms) => ms.toFixed(2)), perRow.toFixed(1), peak.toFixed(0)];
    });
    rows.push([size.toLocaleString('en'), ...row]);
  }
  return {
    title: 'Rows of a list (6 fields, 1 connection)',
    head: ['rows', 'p50 ms', 'Node CPU ms', 'PostgreSQL CPU ms', 'CPU µs for each row', 'largest resident set, MB'],
    rows,
  };
};
