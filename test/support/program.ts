import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { ServerConnection } from '../../src/dev/embedded/server.ts';

/** A running program, in its own process. */
export interface Program {
  readonly process: ChildProcess;
  /** Its output so far, by stream. */
  readonly out: () => string;
  readonly err: () => string;
  /** Resolves with the first match in its output; rejects if it ends without a match. */
  readonly printed: (pattern: RegExp) => Promise<RegExpExecArray>;
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>;
}

const main = new URL('../../src/main.ts', import.meta.url).pathname;

export interface Place {
  /** The program and its first arguments. */
  readonly command: readonly [program: string, ...first: string[]];
  readonly cwd?: string;
  /** User to run it as, if not the current one. */
  readonly uid?: number;
}

/** Starts `events-graphql`, from its sources by default, with these variables and no PG variables of this process. */
export function startProgram(
  args: readonly string[],
  variables: Readonly<Record<string, string>>,
  { command: [program, ...first], ...place }: Place = { command: [process.execPath, main] },
): Program {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(PG|DATABASE_URL$|NODE_|AZURE_|OTEL_|VITEST)/.test(name),
  );
  const child = spawn(program, [...first, ...args], {
    ...place,
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

/** Returns the variables with which the program serves a database on a free port. */
export const variablesFor = ({
  host,
  port,
  database,
  user,
  password,
}: ServerConnection): Readonly<Record<string, string>> => ({
  PGHOST: host,
  PGPORT: String(port),
  PGDATABASE: database,
  PGUSER: user,
  PGPASSWORD: password,
  PG_AUTH: 'password',
  AUTH: 'none',
  PORT: '0',
});

/** Resolves with the port on which a program listens. */
export const portOf = async (program: Program): Promise<number> =>
  Number((await program.printed(/"port":(\d+)|localhost:(\d+)/)).slice(1).find(Boolean));

export const get = (port: number, path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`http://127.0.0.1:${port}${path}`, { headers });

export const post = (
  port: number,
  query: string,
  headers: Readonly<Record<string, string>> = {},
  variables?: Readonly<Record<string, unknown>>,
): Promise<Response> =>
  fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
