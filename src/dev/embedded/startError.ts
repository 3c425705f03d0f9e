/**
 * An error for a cause outside this program that keeps the embedded database from starting; the message says what to
 * do.
 */
export class StartError extends Error {
  override readonly name = 'StartError';
}
