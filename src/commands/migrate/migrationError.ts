/** Why migrations cannot run, in words for whoever wrote them. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}
