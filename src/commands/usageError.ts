/** The command line asks for something that there is not, or not together; the message says what. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
