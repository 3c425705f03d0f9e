import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startEmbedded } from '../src/dev/embedded/embedded.ts';
import { variablesOf } from './database.ts';
import { measure } from './measure.ts';
import { ours } from './programs.ts';
import { type Server, startServer } from './servers.ts';
import { median } from './statistics.ts';

/**
 * Prints OpenTelemetry's CPU per request in the built server, as a ratio to the same server without it: with a tenth
 * and with all of the requests traced, and metrics and logs, all sent by OTLP over HTTP to a collector on this machine.
 * The servers take turns within one run, because the machine's speed drifts.
 */
const rounds = 9;
const how = { connections: 8, seconds: 1 };

const queries = {
  'a row and its relation': 'query Device { devices(first: 1) { nodes { serial site { name } } } }',
  '50 rows and their relations':
    'query Events { events(first: 50) { nodes { occurredAt severity device { serial site { name } } } } }',
};

const embedded = await startEmbedded({ sample: { events: 5000 } });
const collector = createServer((request, response) => {
  request.resume();
  request.on('end', () => response.end());
}).listen(0, '127.0.0.1');
await once(collector, 'listening');
const sampled = (ratio: string) => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
  OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
  OTEL_TRACES_SAMPLER_ARG: ratio,
});
const variants = { off: {}, 'sampling 0.1': sampled('0.1'), 'sampling 1': sampled('1') };
type Variant = keyof typeof variants;

const servers: (readonly [variant: Variant, server: Server])[] = [];
try {
  for (const variant of Object.keys(variants) as Variant[])
    servers.push([variant, await startServer(ours, settingsOf(variant), { stderr: 'ignore' })]);
  for (const [label, query] of Object.entries(queries)) await compare(label, JSON.stringify({ query }));
  console.log(
    `Node ${process.version}, medians of ${rounds} rounds of ${how.seconds} s on ${how.connections} connections`,
  );
} finally {
  for (const [, server] of servers) await server.stop();
  collector.closeAllConnections();
  collector.close();
  await embedded.stop();
}

/** Returns the variables of a variant, with the request log of production, which is exported too. */
function settingsOf(variant: Variant) {
  return { ...variablesOf(embedded.connection), ...variants[variant], LOG_LEVEL: 'info' };
}

async function compare(label: string, body: string): Promise<void> {
  const costs: Record<Variant, number>[] = [];
  for (let round = 0; round <= rounds; round++) {
    const cost = { off: 0, 'sampling 0.1': 0, 'sampling 1': 0 };
    for (const [variant, server] of servers) cost[variant] = await cpuOf(server, body);
    if (round > 0) costs.push(cost); // the first round warms up
  }
  // Ratios are within a round, because the machine may be slower in the next one.
  const times = (variant: Variant) => {
    const ratios = costs.map((cost) => cost[variant] / cost.off);
    return `${variant} ${median(ratios).toFixed(2)} times as much (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`;
  };
  const off = median(costs.map((cost) => cost.off)).toFixed(2);
  console.log(`${label}: off ${off} ms of CPU per request, ${times('sampling 0.1')}, ${times('sampling 1')}`);
}

/** Measures the milliseconds of CPU per request. */
async function cpuOf(server: Server, body: string): Promise<number> {
  const target = { url: `http://127.0.0.1:${server.port}/graphql`, body };
  const { requests, failures, nodeCpu } = await measure(server, [[target]], how, { postmaster: null });
  if (failures > 0) throw new Error(`${failures} of ${requests} requests failed`);
  return nodeCpu;
}
