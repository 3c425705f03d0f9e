import { parseArgs } from 'node:util';
import { type Config, readConfig } from '../config/config.ts';
import { ConfigError } from '../config/variables.ts';
import { codeOf } from '../errors.ts';
import { explain } from './explain.ts';
import { UsageError } from './usageError.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const usage = `Usage: events-graphql [command]

  serve    serve the API (the default)
           --no-feed           without simulated events, which the embedded database gets otherwise
  schema   print the API's schema and exit
  check    say whether persisted documents fit the schema, and what each costs
           [manifest...]    files and folders; without any, those of PERSISTED_DOCUMENTS
  doctor   look for what keeps the server from its database, step by step, and say what to do
           --json   as one JSON document
  grant    as the server's administrator, make the app's role with its grants
           --role <name>       the role, which the app has as PGUSER
           --object-id <id>    the principal (object) id of the app's identity, not its client id
           --type <type>       what has that id: service (the default), user or group
           --plain             a role with a password instead, on a PostgreSQL without Entra ID
           --write --delete    INSERT and UPDATE too, DELETE too
           --live              tables that live tails can follow tell of new rows (docs/live.md)
           --print             print the statements, run none
           --revoke            take it all back and drop the role
  migrate  as the server's administrator, run SQL files that have not run yet, all or none
           <folder>            with files like 1.do.events.sql
`;

/** Resolves with the exit code. */
type Command = (environment: Environment, args: readonly string[]) => Promise<number>;

/** Each is loaded when it is asked for, so that none waits for the code of the others. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  serve: async () => serving((await import('../server/serve.ts')).serve),
  schema: async () => plain((await import('./printSchema.ts')).printSchema),
  check: async () => (await import('./check/command.ts')).check,
  doctor: async () => (await import('./doctor/command.ts')).doctor,
  grant: async () => (await import('./grant/command.ts')).grant,
  migrate: async () => (await import('./migrate/command.ts')).migrate,
};

/** Runs one command; resolves with the exit code once there is nothing left to do. */
export async function run(args: readonly string[], environment: Environment): Promise<number> {
  // Options alone are those of `serve`, but for the one that asks for help.
  const isOption = /^-(?!h$|-help$)/.test(args[0] ?? '');
  const [command = 'serve', ...rest] = isOption ? ['serve', ...args] : args;
  const load = commands[command];
  if (!load) {
    const asked = ['help', '--help', '-h'].includes(command);
    (asked ? process.stdout : process.stderr).write(usage);
    return asked ? 0 : 2;
  }
  try {
    return await (await load())(environment, rest);
  } catch (error) {
    if (isUsageError(error)) {
      process.stderr.write(`${error.message}\n\n${usage}`);
      return 2;
    }
    process.stderr.write(`${error instanceof ConfigError ? configurationText(error) : explain(error)}\n`);
    return 1;
  }
}

/** A command that takes no arguments but the configuration, and either works or throws. */
function plain(command: (config: Config) => Promise<void>): Command {
  return async (environment, args) => {
    parseArgs({ args: [...args], options: {} });
    await command(readConfig(environment));
    return 0;
  };
}

function serving(serve: (config: Config, options: { feed: boolean }) => Promise<void>): Command {
  return async (environment, args) => {
    const options = { feed: { type: 'boolean', default: true } } as const;
    const { values } = parseArgs({ args: [...args], options, allowNegative: true });
    await serve(readConfig(environment), values);
    return 0;
  };
}

const isUsageError = (error: unknown): error is Error =>
  error instanceof UsageError || (error instanceof Error && /^ERR_PARSE_ARGS/.test(codeOf(error) ?? ''));

const configurationText = ({ problems }: ConfigError) =>
  ['The configuration has a problem:', ...problems.map((problem) => `  ${problem}`)].join('\n');
