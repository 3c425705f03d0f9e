import { z } from 'zod';
import type { Send } from './send.ts';
import { shifted } from './shifted.ts';

interface Window {
  readonly gt: string;
  readonly lte: string;
}

/** Creates the function that repeats a window of time: it opens and closes incidents again, shifted by whole weeks. */
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
    const due = incidentsDue.parse(await send(dueDocument, { in: window }));
    const inputs = due.opened.nodes.map((incident) => ({ ...incident, openedAt: shifted(incident.openedAt, shift) }));
    if (inputs.length > 0) await send(openDocument, { inputs });
    for (const incident of due.closed.nodes) await close(incident, shift);
  };
}

const closed = z.object({ deviceId: z.string(), openedAt: z.string(), closedAt: z.string() });

const incidentsDue = z.object({
  opened: z.object({ nodes: z.array(z.looseObject({ openedAt: z.string() })) }),
  closed: z.object({ nodes: z.array(closed) }),
});

const dueDocument = `query DueIncidents($in: DateTimeWhere!) {
  opened: incidents(first: 1000, where: { openedAt: $in }) {
    nodes { deviceId causeDeviceId severity title openedAt }
  }
  closed: incidents(first: 1000, where: { closedAt: $in }) { nodes { deviceId openedAt closedAt } }
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
