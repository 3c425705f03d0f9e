/** The embedded database does not start for a reason outside this program; the message says what to do. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
