import { useConnection } from '../api/connection';

/** Says that the server is away; what the page shows is then as old as that. */
export function Banner() {
  const { status, retry } = useConnection();
  return (
    <div role="status">
      {status === 'away' && (
        <p class="banner">
          The server is away. Reconnecting; nothing will be missed.{' '}
          <button type="button" onClick={retry}>
            Try now
          </button>
        </p>
      )}
    </div>
  );
}
