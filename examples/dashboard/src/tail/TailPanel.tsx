import { useConnection } from '../api/connection';
import { Panel } from '../panels/Panel';
import { count } from '../state/format';
import { isPreset } from '../state/range';
import type { Go } from '../state/useView';
import type { View } from '../state/view';
import { TailRows } from './TailRows';
import type { Tail } from './useTail';
import './tail.css';

export interface TailPanelProps {
  readonly tail: Tail;
  readonly view: View;
  readonly go: Go;
}

/** Events as they arrive. */
export function TailPanel({ tail: { rows, missed, isLoaded, problem }, view, go }: TailPanelProps) {
  const { status, retry } = useConnection();
  const state = !view.live ? 'paused' : status === 'away' ? 'reconnecting' : 'live';
  const aside = (
    <>
      <span class={`pill ${state}`}>{state}</span>
      <button type="button" onClick={() => go({ live: !view.live })}>
        {view.live ? 'Pause' : 'Resume'}
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
      {!isPreset(view.range) && <p class="about">The newest of all, whatever the range.</p>}
      <TailRows rows={rows} isOne={view.device !== null} />
    </Panel>
  );
}
