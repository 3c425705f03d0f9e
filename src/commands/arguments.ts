import { parseArgs } from 'node:util';
import { nearestName } from '../config/spelling.ts';
import { codeOf } from '../errors.ts';
import type { CommandLine } from './commandLines.ts';
import { UsageError } from './usageError.ts';

/** Reads the arguments after a command's name; throws a UsageError for any that the command does not take. */
export function readArguments<L extends CommandLine>({ options, operands }: L, args: readonly string[]) {
  const config = { args: [...args], options: options as L['options'], allowPositionals: operands !== null };
  const { tokens } = parseArgs({ ...config, strict: false, allowPositionals: true, tokens: true });
  for (const token of tokens)
    if (token.kind === 'option' && !Object.hasOwn(options, token.name)) {
      const known = [...Object.keys(options), 'help', 'version'].map((name) => `--${name}`);
      throw new UsageError(unknownText(token.rawName, 'option', known));
    }
  try {
    return parseArgs(config);
  } catch (error) {
    if (!(error instanceof Error && codeOf(error)?.startsWith('ERR_PARSE_ARGS'))) throw error;
    throw new UsageError(error.message.replaceAll('\n', ' '), { cause: error });
  }
}

/** Formats the message for an unknown name, with the name that was probably meant. */
export function unknownText(name: string, kind: string, known: readonly string[]): string {
  const other = nearestName(name, known, Math.min(3, Math.ceil(name.length / 3)));
  return `${name}: unknown ${kind}${other ? `; did you mean ${other}?` : ''}`;
}
