import { useConnection } from '../api/connection';

/** Says that the server is unreachable, with a button to try again. */
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
