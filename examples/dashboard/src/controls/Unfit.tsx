import { useConnection } from '../api/connection';

/** All that there is to say where the server does not run the documents of this page. */
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
