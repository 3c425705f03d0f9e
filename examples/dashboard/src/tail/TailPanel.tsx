import { useConnection } from '../api/connection';
import { ViewLink } from '../controls/ViewLink';
import { Panel } from '../panels/Panel';
import { SeverityTag } from '../panels/SeverityTag';
import { count, measured, moment } from '../state/format';
import type { Go } from '../state/useView';
import type { TailRow } from './rows';
import type { Tail } from './useTail';
import './tail.css';

export interface TailPanelProps {
  readonly tail: Tail;
  readonly isLive: boolean;
  readonly go: Go;
}

/** Events as they arrive. */
export function TailPanel({ tail: { rows, missed, isLoaded, problem }, isLive, go }: TailPanelProps) {
  const { status, retry } = useConnection();
  const state = !isLive ? 'paused' : status === 'away' ? 'reconnecting' : 'live';
  const aside = (
    <>
      <span class={`pill ${state}`}>{state}</span>
      <button type="button" onClick={() => go({ live: !isLive })}>
        {isLive ? 'Pause' : 'Resume'}
      </button>
    </>
  );
  return (
    <Panel
      name="tail"
      title="Live events"
      aside={aside}
      answer={{ data: isLoaded ? rows : null, problem, isStale: false, refresh: retry }}
      empty={rows.length === 0 ? 'No event yet. New ones appear here by themselves.' : null}
    >
      <p class="missed" role="status">
        {missed > 0 && `Caught up with ${count(missed)} ${missed === 1 ? 'event' : 'events'} that came meanwhile.`}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section class="scroll" aria-label="Newest events" tabIndex={0}>
        <table>
          <thead class="hidden">
            <tr>
              {['Time', 'Severity', 'Device', 'Kind', 'Value'].map((name) => (
                <th scope="col" key={name}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Row key={row.id} row={row} />
            ))}
          </tbody>
        </table>
      </section>
    </Panel>
  );
}

const Row = ({ row: { occurredAt, severity, device, eventType, value } }: { readonly row: TailRow }) => (
  <tr>
    <td class="time">{moment(occurredAt)}</td>
    <td>
      <SeverityTag severity={severity} />
    </td>
    <td>
      <ViewLink to={{ device: device?.serial ?? null }}>{device?.serial}</ViewLink>
    </td>
    <td>{eventType?.name}</td>
    <td class="number">{value === null ? '' : measured(value, eventType?.unit)}</td>
  </tr>
);
