import { z } from 'zod';
import type { Send } from './send.ts';
import type { Trouble } from './simulation.ts';

/** Opens an incident when trouble begins, and closes it when that is over; `send` runs a document against the API. */
export function createIncidentReport(send: Send) {
  let incidentId: number | null = null;
  return async (begun: Trouble | null, ended: Trouble | null): Promise<void> => {
    if (begun) {
      const { deviceId, severity, title } = begun;
      const answer = opened.parse(await send(openDocument, { input: { deviceId, severity, title } }));
      incidentId = answer.createIncident.incident.incidentId;
    }
    if (ended && incidentId !== null)
      await send(closeDocument, { incidentId, patch: { closedAt: new Date().toISOString() } });
  };
}

const opened = z.object({ createIncident: z.object({ incident: z.object({ incidentId: z.number() }) }) });

const openDocument = `mutation Open($input: CreateIncidentInput!) {
  createIncident(input: $input) { incident { incidentId } }
}`;

const closeDocument = `mutation Close($incidentId: Int!, $patch: UpdateIncidentPatch!) {
  updateIncident(incidentId: $incidentId, patch: $patch) { incident { incidentId } }
}`;
