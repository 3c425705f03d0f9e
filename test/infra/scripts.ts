import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The folder of the project. */
export const root = new URL('../../', import.meta.url).pathname;

/** What a stand-in does, in shell, when it is called with a text that the pattern is part of. `$CALLS` has all calls. */
export type Answer = readonly [pattern: string, script: string];

/**
 * Runs a script of `infra` with an az, an azd and a sleep that note their calls, and other programs that are to; the first
 * answer that fits is given.
 */
export function run(
  script: string,
  environment: Readonly<Record<string, string>>,
  answers: readonly Answer[],
  { options = [], programs = [] }: { readonly options?: readonly string[]; readonly programs?: readonly string[] } = {},
) {
  const bin = mkdtempSync(join(tmpdir(), 'hooks-'));
  try {
    const calls = join(bin, 'calls');
    const cases = answers
      .map(([pattern, answer]) => `*'${pattern.replaceAll("'", `'\\''`)}'*) ${answer} ;;`)
      .join('\n');
    for (const name of ['az', 'azd', 'sleep', ...programs]) {
      const standIn = `#!/bin/sh\necho "${name} $*" | tr '\\n' ' ' | sed 's/ $//' >> "$CALLS"\necho >> "$CALLS"\ncase "${name} $*" in\n${cases}\n*) ;;\nesac\n`;
      writeFileSync(join(bin, name), standIn, { mode: 0o755 });
    }
    const { status, stdout, stderr } = spawnSync(join(root, 'infra', script), options, {
      encoding: 'utf8',
      env: {
        PATH: `${bin}:${process.env['PATH']}`,
        CALLS: calls,
        AZURE_ENV_NAME: 'e',
        AZURE_SUBSCRIPTION_ID: 's',
        ...environment,
      },
    });
    return { status, stdout, stderr, calls: existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : [] };
  } finally {
    rmSync(bin, { recursive: true });
  }
}
