import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** A run of the program in a process of its own. */
export interface Program {
  readonly process: ChildProcess;
  /** Everything printed so far, by stream. */
  readonly out: () => string;
  readonly err: () => string;
  /** Resolves with the first match in what is printed; rejects when the program ends without it. */
  readonly printed: (pattern: RegExp) => Promise<RegExpExecArray>;
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>;
}

const main = new URL('../../src/main.ts', import.meta.url).pathname;

/** Starts `events-graphql` with these variables and none of PostgreSQL's own from outside. */
export function startProgram(args: readonly string[], variables: Readonly<Record<string, string>>): Program {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(PG|NODE_|AZURE_|VITEST)/.test(name));
  const child = spawn(process.execPath, [main, ...args], {
    env: { ...Object.fromEntries(inherited), ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => {
    out += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    err += String(chunk);
  });
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return {
    process: child,
    out: () => out,
    err: () => err,
    ended,
    printed: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(out + err);
          if (match) resolve(match);
        };
        child.stdout.on('data', look);
        child.stderr.on('data', look);
        void ended.then(() => reject(new Error(`Ended without printing ${pattern}:\n${out}${err}`)));
        look();
      }),
  };
}
