import { parseArgs } from 'node:util';
import { buildApi } from './api.ts';
import { ConfigError, readConfig } from './config.ts';
import { openDatabase } from './database.ts';
import { doctor } from './doctor/command.ts';
import { check } from './documents/check/command.ts';
import { codeOf } from './errors.ts';
import { explain } from './explain.ts';
import { grant } from './grant/command.ts';
import { createLogger } from './logger.ts';
import { printSdl } from './schema/print.ts';
import { serve } from './serve.ts';
import { UsageError } from './usage-error.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const usage = `Usage: events-graphql [command]

  serve    serve the API (the default)
  schema   print the API's schema and exit
  check    say whether persisted documents fit the schema, and what each costs
           [manifest...]    files and folders; without any, those of PERSISTED_DOCUMENTS
  doctor   look for what keeps the server from its database, step by step, and say what to do
           --json   as one JSON document
  grant    as the server's administrator, make the app's role with its grants
           --role <name>       the role, which the app has as PGUSER
           --object-id <id>    the principal (object) id of the app's identity, not its client id
           --plain             a role with a password instead, on a PostgreSQL without Entra ID
           --write --delete    INSERT and UPDATE too, DELETE too
           --print             print the statements, run none
           --revoke            take it all back and drop the role
`;

/** Resolves with the exit code. */
type Command = (environment: Environment, args: readonly string[]) => Promise<number>;

const commands: Readonly<Record<string, Command>> = {
  serve: plain((environment) => serve(readConfig(environment))),
  schema: plain(printSchema),
  check,
  doctor,
  grant,
};

/** Runs one command; resolves with the exit code once there is nothing left to do. */
export async function run([command = 'serve', ...rest]: readonly string[], environment: Environment): Promise<number> {
  const chosen = commands[command];
  if (!chosen) {
    const asked = ['help', '--help', '-h'].includes(command);
    (asked ? process.stdout : process.stderr).write(usage);
    return asked ? 0 : 2;
  }
  try {
    return await chosen(environment, rest);
  } catch (error) {
    if (isUsageError(error)) {
      process.stderr.write(`${error.message}\n\n${usage}`);
      return 2;
    }
    process.stderr.write(`${error instanceof ConfigError ? configurationText(error) : explain(error)}\n`);
    return 1;
  }
}

/** A command that takes no arguments and either works or throws. */
function plain(command: (environment: Environment) => Promise<void>): Command {
  return async (environment, args) => {
    parseArgs({ args: [...args], options: {} });
    await command(environment);
    return 0;
  };
}

const isUsageError = (error: unknown): error is Error =>
  error instanceof UsageError || (error instanceof Error && /^ERR_PARSE_ARGS/.test(codeOf(error) ?? ''));

async function printSchema(environment: Environment): Promise<void> {
  const config = readConfig(environment);
  const log = createLogger(config.logLevel);
  const database = await openDatabase(config);
  try {
    const { schema } = await buildApi({ db: database.db, schemaName: config.schema, limits: config.limits, log });
    process.stdout.write(printSdl(schema));
  } finally {
    await database.close();
  }
}

const configurationText = ({ problems }: ConfigError) =>
  ['The configuration has a problem:', ...problems.map((problem) => `  ${problem}`)].join('\n');
