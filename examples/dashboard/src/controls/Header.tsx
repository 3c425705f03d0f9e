import { useConnection } from '../api/connection';
import type { Scheme } from '../state/useScheme';
import type { Go } from '../state/useView';
import type { View } from '../state/view';
import { Account } from './Account';
import { ViewLink } from './ViewLink';
import './controls.css';

export interface HeaderProps {
  readonly view: View;
  readonly go: Go;
  readonly scheme: Scheme;
  readonly toggleScheme: () => void;
}

/** The page's title, and what concerns the whole page. */
export function Header({ view: { device, live }, go, scheme, toggleScheme }: HeaderProps) {
  const isAway = useConnection().status === 'away';
  return (
    <header class="page">
      <h1>
        {device ? (
          <>
            <ViewLink to={{ device: null }}>Telemetry</ViewLink> <span aria-hidden="true">/</span> {device}
          </>
        ) : (
          'Telemetry'
        )}
      </h1>
      <button type="button" role="switch" aria-checked={live} class="live" onClick={() => go({ live: !live })}>
        <i aria-hidden="true" class={isAway ? 'away' : ''} />
        Live{isAway && live && ', reconnecting'}
      </button>
      <button type="button" aria-label={`Use ${scheme === 'dark' ? 'light' : 'dark'} colours`} onClick={toggleScheme}>
        {scheme === 'dark' ? '☀' : '☾'}
      </button>
      <Account />
    </header>
  );
}
