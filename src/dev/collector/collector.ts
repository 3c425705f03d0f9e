import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from 'pino';
import { z } from 'zod';
import { createIncidentReport } from './incidents.ts';
import { createSend } from './send.ts';
import { createSimulation } from './simulation.ts';

export interface CollectorOptions {
  /** The address of the API. */
  readonly url: string;
  readonly log: Logger;
  /** How often it sends a batch. */
  readonly everyMs?: number;
  /** With so many events in the table it stops: that is nearly a month at the usual pace. */
  readonly maxEvents?: number;
}

export interface Collector {
  /** Ends what is under way; resolves when nothing more is sent. */
  readonly stop: () => Promise<void>;
}

/**
 * A simulated collector, for the embedded database: it writes through the API like any other client, some 25 events a
 * minute. When the answer to a batch is lost it sends the batch again; events have no key of the collector's own, so
 * those that had arrived are then there twice.
 */
export function runCollector({ url, log, everyMs = 5000, maxEvents = 1_000_000 }: CollectorOptions): Collector {
  const stopped = new AbortController();
  const { signal } = stopped;
  const send = createSend(url, signal);

  async function run(): Promise<void> {
    const { devices, events } = start.parse(await send(startDocument));
    const next = createSimulation(devices.nodes.map(({ deviceId }) => deviceId));
    const report = createIncidentReport(send);
    for (let total = events.totalCount; total < maxEvents; ) {
      await wait(everyMs, undefined, { signal });
      const { readings, begun, ended } = next();
      try {
        await send(createDocument, { inputs: readings });
        total += readings.length;
        await report(begun, ended);
      } catch (error) {
        signal.throwIfAborted();
        log.warn({ err: error }, 'The simulated collector gave up a batch');
      }
    }
    log.warn(`The simulated collector stopped: there are ${maxEvents} events. Delete .data/ to start afresh`);
  }

  const running = run().catch((error: unknown) => {
    if (!signal.aborted) log.warn({ err: error }, 'The simulated collector stopped');
  });
  return {
    async stop() {
      stopped.abort();
      await running;
    },
  };
}

const start = z.object({
  devices: z.object({ nodes: z.array(z.object({ deviceId: z.string() })).min(1) }),
  events: z.object({ totalCount: z.number() }),
});

const startDocument = `query Start {
  devices(first: 500, where: { status: { in: [ACTIVE, MAINTENANCE] } }) { nodes { deviceId } }
  events(first: 1) { totalCount }
}`;

const createDocument = `mutation Collect($inputs: [CreateEventInput!]!) { createEvents(inputs: $inputs) { createdCount } }`;
