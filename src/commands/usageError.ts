/** An error for a wrong command line; the message tells what is wrong with it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
