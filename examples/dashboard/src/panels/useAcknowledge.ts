import { useState } from 'preact/hooks';
import { client, persisted, problemIn } from '../api/client';
import { useConnection } from '../api/connection';
import { AcknowledgeDocument, IncidentDocument, type IncidentRowFragment } from '../gql/graphql';
import { clockSeconds } from '../state/format';

/** What is known of incidents beyond the last answer of the list, by their ids. */
type ByIncident<T> = Readonly<Record<string, T>>;

export interface Acknowledging {
  /** The incident as it will be, or as somebody else has made it. */
  readonly latest: (incident: IncidentRowFragment) => IncidentRowFragment;
  /** What to tell the user about it. */
  readonly notice: (incident: IncidentRowFragment) => string | null;
  readonly acknowledge: (incident: IncidentRowFragment) => Promise<void>;
}

/**
 * Acknowledges incidents. The page shows it before the server has said so, and takes it back when the server says
 * otherwise: the mutation expects that nobody else was first.
 */
export function useAcknowledge(): Acknowledging {
  const { report } = useConnection();
  const [known, setKnown] = useState<ByIncident<IncidentRowFragment>>({});
  const [notices, setNotices] = useState<ByIncident<string>>({});
  const tell = (id: string, text: string) => setNotices((all) => ({ ...all, [id]: text }));
  const learn = (id: string, incident: IncidentRowFragment) => setKnown((all) => ({ ...all, [id]: incident }));

  async function acknowledge(incident: IncidentRowFragment): Promise<void> {
    const { id, incidentId, openedAt } = incident;
    // The clock of this machine may be behind: nothing is acknowledged before it was opened.
    const now = new Date().toISOString();
    const at = Date.parse(openedAt) > Date.parse(now) ? openedAt : now;
    tell(id, '');
    learn(id, { ...incident, acknowledgedAt: at });
    const { data, error } = await client.mutation(persisted(AcknowledgeDocument), { incidentId, at }).toPromise();
    const problem = problemIn(error);
    if (!problem && data?.updateIncident?.incident) return learn(id, data.updateIncident.incident);
    learn(id, incident);
    if (problem?.kind !== 'conflict') {
      if (problem?.kind !== 'other') report(problem);
      return tell(id, `Not acknowledged: ${problem?.message ?? 'there is no such incident any more.'}`);
    }
    const found = await client.query(persisted(IncidentDocument), { incidentId }).toPromise();
    const theirs = found.data?.incident;
    if (theirs) learn(id, theirs);
    tell(id, conflictText(theirs));
  }

  return {
    latest: (incident) => newer(incident, known[incident.id]),
    notice: ({ id }) => notices[id] || null,
    acknowledge,
  };
}

const conflictText = (theirs: IncidentRowFragment | null | undefined): string =>
  theirs?.acknowledgedAt
    ? `Somebody else was first, at ${clockSeconds(theirs.acknowledgedAt)}. Nothing was changed.`
    : 'Somebody else has closed it meanwhile. Nothing was changed.';

/** The list may be older than what is known, and the other way round: of both the one in which more has happened. */
function newer(listed: IncidentRowFragment, known: IncidentRowFragment | undefined): IncidentRowFragment {
  const progress = (incident: IncidentRowFragment) => (incident.closedAt ? 2 : incident.acknowledgedAt ? 1 : 0);
  return known && progress(known) >= progress(listed) ? known : listed;
}
