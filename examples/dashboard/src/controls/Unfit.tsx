import { useConnection } from '../api/connection';

/** The whole page if the server does not run its documents. */
export function Unfit() {
  const { message, retry } = useConnection();
  return (
    <main class="unfit">
      <h1>Telemetry</h1>
      <p class="notice bad" role="alert">
        {message}{' '}
        <button type="button" onClick={retry}>
          Try again
        </button>
      </p>
    </main>
  );
}
