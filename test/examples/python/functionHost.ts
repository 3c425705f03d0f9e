import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface FunctionHost {
  /** Calls the function of a route, and resolves with its response. */
  call(route: string, params?: Readonly<Record<string, string>>): Promise<Answer>;
  /** Everything logged so far. */
  readonly log: () => string;
  end(): Promise<void>;
}

const main = new URL('host/main.py', import.meta.url).pathname;
const modules = 'psycopg, psycopg_pool, certifi, azure.core, azure.identity';

/** A Python with the modules that the example imports; Debian's packages are only visible to Debian's Python. */
export const python: string | undefined = ['python3', '/usr/bin/python3'].find(
  (program) => spawnSync(program, ['-c', `import ${modules}`]).status === 0,
);

if (!python) {
  process.stderr.write(`Tests of the Python example are skipped: they need ${modules}, which .ci/run installs\n`);
}

/** Runs the example's functions with these variables, in their own process. */
export async function startFunctionHost(variables: Readonly<Record<string, string>>): Promise<FunctionHost> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(PG|AZURE_|IDENTITY_)/.test(name));
  const env = { ...Object.fromEntries(inherited), ...variables, PYTHONDONTWRITEBYTECODE: '1' };
  const child = spawn(python ?? 'python3', [main], { env });
  let log = '';
  child.stderr.on('data', (chunk) => {
    log += String(chunk);
  });
  const ended = once(child, 'close');
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`The functions ended:\n${log}`);
    return value;
  };
  await next();
  return {
    async call(route, params = {}) {
      child.stdin.write(`${JSON.stringify({ route, params })}\n`);
      return JSON.parse(await next()) as Answer;
    },
    log: () => log,
    async end() {
      child.stdin.end();
      await ended;
    },
  };
}
