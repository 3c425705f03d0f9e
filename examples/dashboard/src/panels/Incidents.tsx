import { ViewLink } from '../controls/ViewLink';
import type { IncidentRowFragment, IncidentsQuery } from '../gql/graphql';
import { dayAndClock } from '../state/format';
import { SeverityTag } from './SeverityTag';
import { useAcknowledge } from './useAcknowledge';

export interface IncidentsProps {
  readonly incidents: NonNullable<IncidentsQuery['incidents']>['nodes'];
  readonly refresh: () => void;
}

/** Incidents, the latest first, each with a button to acknowledge it. */
export function Incidents({ incidents, refresh }: IncidentsProps) {
  const { latest, notice, acknowledge } = useAcknowledge(incidents, refresh);
  return (
    <ul class="incidents">
      {incidents.map((listed) => {
        const incident = latest(listed);
        const text = notice(incident);
        return (
          <li key={incident.id} aria-label={`${incident.title}, ${incident.device?.serial}`}>
            <ViewLink to={{ severities: [incident.severity] }}>
              <SeverityTag severity={incident.severity} />
            </ViewLink>
            <span class="what">
              {incident.title}
              <span class="about">
                <ViewLink to={{ device: incident.device?.serial ?? null }}>{incident.device?.serial}</ViewLink> · opened{' '}
                {dayAndClock(incident.openedAt)}
              </span>
            </span>
            <State incident={incident} onAcknowledge={() => void acknowledge(incident)} />
            {text && (
              <p class="notice" role="alert">
                {text}
              </p>
            )}
          </li>
        );
      })}
    </ul>
  );
}

interface StateProps {
  readonly incident: IncidentRowFragment;
  readonly onAcknowledge: () => void;
}

function State({ incident: { title, acknowledgedAt, closedAt, device }, onAcknowledge }: StateProps) {
  if (closedAt) return <span class="state">closed {dayAndClock(closedAt)}</span>;
  if (acknowledgedAt) return <span class="state">acknowledged {dayAndClock(acknowledgedAt)}</span>;
  return (
    <button type="button" aria-label={`Acknowledge: ${title}, ${device?.serial}`} onClick={onAcknowledge}>
      Acknowledge
    </button>
  );
}
