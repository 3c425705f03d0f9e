import { useEffect, useState } from 'preact/hooks';
import { client, persisted, problemIn } from '../api/client';
import { useConnection } from '../api/connection';
import { AcknowledgeDocument, IncidentDocument, type IncidentRowFragment } from '../gql/graphql';
import { clockSeconds } from '../state/format';

export interface Acknowledging {
  /** The incident as it will be, or as somebody else has changed it. */
  readonly latest: (incident: IncidentRowFragment) => IncidentRowFragment;
  /** Message for the user. */
  readonly notice: (incident: IncidentRowFragment) => string | null;
  readonly acknowledge: (incident: IncidentRowFragment) => Promise<void>;
}

/** Changes that the list does not contain yet: until the server has answered, and then until a newer list arrives. */
interface Known {
  readonly incident: IncidentRowFragment;
  readonly isPending: boolean;
}

/**
 * Acknowledges incidents of a list. The page shows it at once, and takes it back if the server rejects it: the mutation
 * expects that nobody else was first.
 */
export function useAcknowledge(list: readonly IncidentRowFragment[], refresh: () => void): Acknowledging {
  const { report } = useConnection();
  const [known, setKnown] = useState<Readonly<Record<string, Known>>>({});
  const [notices, setNotices] = useState<Readonly<Record<string, string>>>({});
  const learn = (incident: IncidentRowFragment, isPending = false) =>
    setKnown((all) => ({ ...all, [incident.id]: { incident, isPending } }));
  const tell = ({ id }: IncidentRowFragment, text: string) => setNotices((all) => ({ ...all, [id]: text }));

  useEffect(
    () => setKnown((all) => Object.fromEntries(Object.entries(all).filter(([, { isPending }]) => isPending))),
    [list],
  );

  async function acknowledge(incident: IncidentRowFragment): Promise<void> {
    const { incidentId } = incident;
    const at = timeFor(incident);
    tell(incident, '');
    learn({ ...incident, acknowledgedAt: at }, true);
    const { data, error } = await client.mutation(persisted(AcknowledgeDocument), { incidentId, at }).toPromise();
    const problem = problemIn(error);
    if (problem?.kind === 'conflict') {
      const { data } = await client.query(persisted(IncidentDocument), { incidentId }).toPromise();
      learn(data?.incident ?? incident);
      return tell(incident, conflictText(data?.incident));
    }
    report(problem);
    learn(data?.updateIncident?.incident ?? incident);
    if (data?.updateIncident?.incident) return refresh();
    tell(incident, `Not acknowledged: ${problem?.message ?? 'there is no such incident any more.'}`);
  }

  return {
    latest: (incident) => known[incident.id]?.incident ?? incident,
    notice: ({ id }) => notices[id] || null,
    acknowledge,
  };
}

/** Returns the current time, but none before the incident was opened, because this machine's clock may be slow. */
function timeFor({ openedAt }: IncidentRowFragment): string {
  const now = new Date().toISOString();
  return Date.parse(openedAt) > Date.parse(now) ? openedAt : now;
}

const conflictText = (theirs: IncidentRowFragment | null | undefined): string =>
  theirs?.acknowledgedAt
    ? `Somebody else was first, at ${clockSeconds(theirs.acknowledgedAt)}. Nothing was changed.`
    : 'Somebody else has closed it meanwhile. Nothing was changed.';
