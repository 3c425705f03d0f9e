import { type CommandLine, commandLines } from './commandLines.ts';

/** Formats the overview of all commands. */
export const overview = (): string =>
  [
    'Usage: events-graphql [command]',
    '',
    ...aligned(Object.entries(commandLines).map(([name, { summary }]) => [name, summary])),
    '',
    'events-graphql <command> --help explains a command; --version prints the version.',
    'Everything else is configured by environment variables: docs/configuration.md.',
    '',
  ].join('\n');

/** Formats the help of one command. */
export function helpOf(name: string, { summary, operands, options }: CommandLine): string {
  const rows = Object.entries(options).map(([option, { value, help }]) => [
    ['--', option, value && ` ${value}`].join(''),
    help,
  ]);
  const usage = ['events-graphql', name, ...(rows.length > 0 ? ['[options]'] : []), operands].filter(Boolean);
  return [
    `Usage: ${usage.join(' ')}`,
    '',
    `${name}: ${summary}`,
    ...(rows.length > 0 ? [''] : []),
    ...aligned(rows),
    '',
  ].join('\n');
}

/** Aligns rows in two columns. */
function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const width = Math.max(...rows.map(([left = '']) => left.length));
  return rows.map(([left = '', right = '']) => `  ${left.padEnd(width)}  ${right}`);
}
