/** An error that keeps migrations from running, in words for their author. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}
