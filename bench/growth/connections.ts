import { peakMegabytes } from '../processes.ts';
import { withOurs } from '../servers.ts';
import { probe, query } from './probe.ts';
import type { Grow } from './section.ts';

const counts = [1, 10, 100, 1000];
const document = query(
  '{ events(first: 50) { nodes { eventId occurredAt severity device { serial site { name } } } } }',
);

/** Grows the number of concurrent clients, all of which send Q2, with the same pool of connections to the database. */
export const growConnections: Grow = async (database, { seconds }) => {
  const rows = await withOurs(database.variables, async (server) => {
    const measured = [];
    for (const connections of counts) {
      const { perSecond, p50, p99, nodeCpu } = await probe(database, server, document, { seconds, connections });
      const figures = [perSecond.toFixed(0), ...[p50, p99, nodeCpu].map((ms) => ms.toFixed(2))];
      measured.push([connections.toLocaleString('en'), ...figures, (await peakMegabytes(server.pid)).toFixed(0)]);
    }
    return measured;
  });
  return {
    title: 'Connections (Q2, a pool of 10)',
    head: ['connections', 'requests/s', 'p50 ms', 'p99 ms', 'Node CPU ms', 'largest resident set until then, MB'],
    rows,
  };
};
