import packageJson from '../../package.json' with { type: 'json' };
import { type Config, readConfig } from '../config/config.ts';
import { ConfigError, type Environment } from '../config/variables.ts';
import { readArguments, unknownText } from './arguments.ts';
import { type CommandName, commandLines } from './commandLines.ts';
import { explain } from './explain.ts';
import { helpOf, overview } from './help.ts';
import { UsageError } from './usageError.ts';

/** A command; it resolves with the exit code. */
type Command = (environment: Environment, args: readonly string[]) => Promise<number>;

/** The commands. Each is loaded on demand, so that none waits for the code of the others. */
const commands: Readonly<Record<CommandName, () => Promise<Command>>> = {
  serve: async () => serving((await import('../server/serve.ts')).serve),
  schema: async () => printingSchema((await import('./printSchema.ts')).printSchema),
  check: async () => (await import('./check/command.ts')).check,
  doctor: async () => (await import('./doctor/command.ts')).doctor,
  grant: async () => (await import('./grant/command.ts')).grant,
  migrate: async () => (await import('./migrate/command.ts')).migrate,
};

/** Runs one command; resolves with the exit code once it has ended. */
export async function run(args: readonly string[], environment: Environment): Promise<number> {
  const [first = 'serve', ...rest] = args;
  if (first === '-v' || args.includes('--version'))
    return print(`${packageJson.name} ${packageJson.version}, Node.js ${process.version}\n`);
  if (/^(help|--help|-h)$/.test(first)) {
    const [about] = rest;
    return print(about !== undefined && isCommand(about) ? helpOf(about, commandLines[about]) : overview());
  }
  // Options without a command belong to `serve`.
  if (first.startsWith('-')) return runCommand('serve', args, environment);
  return isCommand(first)
    ? runCommand(first, rest, environment)
    : refuse(unknownText(first, 'command', Object.keys(commands)));
}

async function runCommand(name: CommandName, args: readonly string[], environment: Environment) {
  if (args.some((arg) => /^(--help|-h)$/.test(arg))) return print(helpOf(name, commandLines[name]));
  try {
    const command = await commands[name]();
    return await command(environment, args);
  } catch (error) {
    if (error instanceof UsageError) return refuse(`${name}: ${error.message}`, ` ${name}`);
    process.stderr.write(`${error instanceof ConfigError ? configurationText(error) : explain(error)}\n`);
    return 1;
  }
}

const isCommand = (name: string): name is CommandName => Object.hasOwn(commands, name);

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

function refuse(problem: string, about = ''): number {
  process.stderr.write(`${problem}\nRun events-graphql${about} --help to see its arguments.\n`);
  return 2;
}

const printingSchema =
  (command: (config: Config) => Promise<void>): Command =>
  async (environment, args) => {
    readArguments(commandLines.schema, args);
    await command(readConfig(environment));
    return 0;
  };

const serving =
  (serve: (config: Config, options: { feed: boolean }) => Promise<void>): Command =>
  async (environment, args) => {
    const { values } = readArguments(commandLines.serve, args);
    await serve(readConfig(environment), { feed: !values['no-feed'] });
    return 0;
  };

const configurationText = ({ problems }: ConfigError) =>
  ['The configuration has a problem:', ...problems.map((problem) => `  ${problem}`)].join('\n');
