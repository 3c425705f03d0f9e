import { useQuery } from '../api/useQuery';
import { ViewLink } from '../controls/ViewLink';
import { DetailsDocument } from '../gql/graphql';
import { fullTime, timeZone } from '../state/format';
import { nameOf } from '../state/severities';
import type { TailRow } from './rows';

/** Details that a row has no room for, loaded when it is opened. */
export function EventDetails({ row: { id, occurredAt, severity, device } }: { readonly row: TailRow }) {
  const { data, problem } = useQuery(DetailsDocument, { id });
  const event = data?.node && 'payload' in data.node ? data.node : null;
  return (
    <div class="details">
      <dl>
        <dt>Occurred</dt>
        <dd>
          {fullTime(occurredAt)} <small>{timeZone}</small>
        </dd>
        {event && (
          <>
            <dt>Received</dt>
            <dd>{fullTime(event.receivedAt)}</dd>
          </>
        )}
        <dt>Device</dt>
        <dd>
          <ViewLink to={{ device: device?.serial ?? null }}>{device?.serial}</ViewLink>
        </dd>
        <dt>Severity</dt>
        <dd>
          <ViewLink to={{ severities: [severity] }}>only {nameOf(severity)}</ViewLink>
        </dd>
      </dl>
      {event && <pre>{JSON.stringify(event.payload, null, 2)}</pre>}
      {data && !event && <p class="about">This event is not there any more.</p>}
      {problem && <p class="notice bad">{problem.message}</p>}
    </div>
  );
}
