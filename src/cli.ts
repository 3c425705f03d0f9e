import { buildApi } from './api.ts';
import { ConfigError, readConfig } from './config.ts';
import { openDatabase } from './database.ts';
import { explain } from './explain.ts';
import { createLogger } from './logger.ts';
import { printSdl } from './schema/print.ts';
import { serve } from './serve.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const usage = `Usage: events-graphql [command]

  serve    serve the API (the default)
  schema   print the API's schema and exit
`;

/** Runs one command; resolves with the exit code once there is nothing left to do. */
export async function run([command = 'serve', ...rest]: readonly string[], environment: Environment): Promise<number> {
  const commands: Readonly<Record<string, (environment: Environment) => Promise<void>>> = {
    serve: (env) => serve(readConfig(env)),
    schema: printSchema,
  };
  const chosen = commands[command];
  if (!chosen || rest.length > 0) {
    const asked = ['help', '--help', '-h'].includes(command);
    (asked ? process.stdout : process.stderr).write(usage);
    return asked ? 0 : 2;
  }
  try {
    await chosen(environment);
    return 0;
  } catch (error) {
    process.stderr.write(`${error instanceof ConfigError ? configurationText(error) : explain(error)}\n`);
    return 1;
  }
}

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
