import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The project's folder. */
export const root = new URL('../../', import.meta.url).pathname;

/** A shell script that a stand-in runs if a call contains the pattern. `$CALLS` is the file with all calls. */
export type Answer = readonly [pattern: string, script: string];

/**
 * Runs a script of `infra` with stand-ins for az, azd, sleep and other programs, which record their calls; the first
 * answer whose pattern matches is used.
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
