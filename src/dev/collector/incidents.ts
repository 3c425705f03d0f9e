import { z } from 'zod';
import type { Send } from './send.ts';
import { shifted } from './shifted.ts';

interface Window {
  readonly gt: string;
  readonly lte: string;
}

/**
 * Creates the function that repeats a window of time: it opens and closes incidents again, shifted by whole weeks. It
 * leaves out what was repeated before, so the same window may be repeated again.
 */
export function createIncidentReplay(send: Send) {
  async function close({ deviceId, openedAt, closedAt }: z.infer<typeof closed>, shift: number): Promise<void> {
    const { incidents } = open.parse(await send(findDocument, { deviceId, openedAt: shifted(openedAt, shift) }));
    for (const { incidentId, acknowledgedAt } of incidents.nodes) {
      const at = shifted(closedAt, shift);
      // An incident cannot close before it was acknowledged, which may have happened after `at`.
      const isLate = acknowledgedAt && Date.parse(acknowledgedAt) > Date.parse(at);
      await send(closeDocument, { incidentId, closedAt: isLate ? acknowledgedAt : at });
    }
  }

  return async (window: Window, shift: number): Promise<void> => {
    const copies = { gt: shifted(window.gt, shift), lte: shifted(window.lte, shift) };
    const due = incidentsDue.parse(await send(dueDocument, { in: window, copies }));
    const known = new Set(due.known.nodes.map((incident) => placeOf(incident, 0)));
    const inputs = due.opened.nodes
      .filter((incident) => !known.has(placeOf(incident, shift)))
      .map((incident) => ({ ...incident, openedAt: shifted(incident.openedAt, shift) }));
    if (inputs.length > 0) await send(openDocument, { inputs });
    for (const incident of due.closed.nodes) await close(incident, shift);
  };
}

const opened = z.looseObject({ deviceId: z.string(), openedAt: z.string() });
const closed = opened.extend({ closedAt: z.string() });

/** Returns a text that two incidents share if one is a copy of the other, shifted by `shift`. */
const placeOf = ({ deviceId, openedAt }: z.infer<typeof opened>, shift: number): string =>
  `${deviceId} ${shifted(openedAt, shift)}`;

const incidentsDue = z.object({
  opened: z.object({ nodes: z.array(opened) }),
  closed: z.object({ nodes: z.array(closed) }),
  known: z.object({ nodes: z.array(opened) }),
});

const dueDocument = `query DueIncidents($in: DateTimeWhere!, $copies: DateTimeWhere!) {
  opened: incidents(first: 1000, where: { openedAt: $in }) {
    nodes { deviceId causeDeviceId severity title openedAt }
  }
  closed: incidents(first: 1000, where: { closedAt: $in }) { nodes { deviceId openedAt closedAt } }
  known: incidents(first: 1000, where: { openedAt: $copies }) { nodes { deviceId openedAt } }
}`;

const openDocument = `mutation Open($inputs: [CreateIncidentInput!]!) { createIncidents(inputs: $inputs) { createdCount } }`;

const open = z.object({
  incidents: z.object({ nodes: z.array(z.object({ incidentId: z.number(), acknowledgedAt: z.string().nullable() })) }),
});

const findDocument = `query Open($deviceId: UUID!, $openedAt: DateTime!) {
  incidents(
    first: 10, where: { deviceId: { eq: $deviceId }, openedAt: { eq: $openedAt }, closedAt: { isNull: true } }
  ) { nodes { incidentId acknowledgedAt } }
}`;

const closeDocument = `mutation Close($incidentId: Int!, $closedAt: DateTime!) {
  updateIncident(incidentId: $incidentId, patch: { closedAt: $closedAt }) { incident { incidentId } }
}`;
