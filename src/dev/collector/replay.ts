import { z } from 'zod';
import { createIncidentReplay } from './incidents.ts';
import { type Send, UnavailableError } from './send.ts';
import { shifted } from './shifted.ts';

const week = 7 * 86_400_000;
/** Longest gap that is filled; the sample is not much longer. */
const longestMs = 4 * week;
const pageSize = 1000;

export interface Replayed {
  /** Approximate number of events. */
  readonly total: number;
  /** True if everything that is due has been sent. */
  readonly isDone: boolean;
}

/**
 * Creates the function that repeats events and incidents a whole number of weeks later. Each call continues where the
 * previous one ended. If the outcome of that call is unknown, it asks the database for its newest event and continues
 * there, so that no event is sent twice. It sends incidents before events, so that they are not left out then. If the
 * API refuses one of a call's requests, the rest of the call is skipped.
 */
export function createReplay(send: Send): (now: Date) => Promise<Replayed> {
  const replayIncidents = createIncidentReplay(send);
  let total = 0;

  async function begin(now: Date): Promise<string> {
    const { events } = newest.parse(await send(newestDocument, { now: now.toISOString() }));
    const [event] = events.nodes;
    total = Number(event?.eventId ?? 0);
    const longAgo = now.getTime() - longestMs;
    return event && Date.parse(event.occurredAt) > longAgo ? event.occurredAt : new Date(longAgo).toISOString();
  }

  /** The time up to which everything was sent; null if unknown. */
  let sentUpTo: string | null = null;

  return async (now) => {
    const from = sentUpTo ?? (await begin(now));
    sentUpTo = null;
    // The copied window lies wholly before its copy.
    const shift = week * Math.ceil((now.getTime() - Date.parse(from)) / week);
    const gt = shifted(from, -shift);
    const { events } = due.parse(await send(dueDocument, { in: { gt, lte: shifted(now.toISOString(), -shift) } }));
    const inputs = events.nodes.map((event) => ({ ...event, occurredAt: shifted(event.occurredAt, shift) }));
    const isDone = inputs.length < pageSize;
    const to = isDone ? now.toISOString() : (inputs.at(-1)?.occurredAt ?? from);
    try {
      await replayIncidents({ gt, lte: shifted(to, -shift) }, shift);
      if (inputs.length > 0) await send(createDocument, { inputs });
    } catch (error) {
      if (!(error instanceof UnavailableError)) sentUpTo = to;
      throw error;
    }
    sentUpTo = to;
    total += inputs.length;
    return { total, isDone };
  };
}

const newest = z.object({
  events: z.object({ nodes: z.array(z.object({ eventId: z.string(), occurredAt: z.string() })) }),
});

const newestDocument = `query Newest($now: DateTime!) {
  events(first: 1, where: { occurredAt: { lte: $now } }, orderBy: [{ occurredAt: DESC }]) { nodes { eventId occurredAt } }
}`;

const due = z.object({ events: z.object({ nodes: z.array(z.looseObject({ occurredAt: z.string() })) }) });

const dueDocument = `query Due($in: DateTimeWhere!) {
  events(first: ${pageSize}, where: { occurredAt: $in }, orderBy: [{ occurredAt: ASC }]) {
    nodes { occurredAt deviceId eventTypeId severity value payload }
  }
}`;

const createDocument = `mutation Collect($inputs: [CreateEventInput!]!) { createEvents(inputs: $inputs) { createdCount } }`;
