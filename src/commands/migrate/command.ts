import { readPoolConfig } from '../../config/config.ts';
import type { Environment } from '../../config/variables.ts';
import { asAdministrator } from '../administrator.ts';
import { readArguments } from '../arguments.ts';
import { commandLines } from '../commandLines.ts';
import { quoted } from '../grant/change.ts';
import { type Output, terminal } from '../output.ts';
import { UsageError } from '../usageError.ts';
import { MigrationError } from './migrationError.ts';
import { runMigrations } from './run.ts';

/** Timeout of a day: rewriting a large table takes long, and the person who runs the command can interrupt it. */
const statementTimeoutMs = 86_400_000;

/**
 * Runs the SQL files of a folder that have not run yet, all or none, as the role that owns the schema. Resolves with 1
 * if one of them cannot run.
 */
export async function migrate(
  environment: Environment,
  args: readonly string[],
  { out, err }: Output = terminal,
): Promise<number> {
  const config = readPoolConfig(environment);
  const { positionals } = readArguments(commandLines.migrate, args);
  const [folder, ...others] = positionals;
  if (!folder || others.length > 0) throw new UsageError('takes one argument: the folder of the SQL files');
  const connection = await asAdministrator({ ...config, statementTimeoutMs }, (login) => login());
  try {
    const { owner, files } = await runMigrations(connection.client, folder, config.schema);
    for (const { name, isNew } of files) out(`${isNew ? 'ran       ' : 'ran before'}  ${name}\n`);
    out(`\nObjects that these files create belong to ${quoted(owner)}.\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error;
    err(`${error.message}\n\nNothing was changed.\n`);
    return 1;
  } finally {
    await connection.close();
  }
}
