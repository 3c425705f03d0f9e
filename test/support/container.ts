import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createControlGroup } from '../../bench/controlGroup.ts';
import { peakMegabytes } from '../../bench/processes.ts';
import { takePrecedence } from './precedence.ts';

/** The server with a limit on its memory. */
export interface Container {
  readonly process: ChildProcess;
  readonly port: number;
  /** Resolves with the first match in its log. */
  readonly logged: (pattern: RegExp) => Promise<RegExpExecArray>;
  /** The way in which its memory is limited. */
  readonly bound: 'control group' | 'heap';
  readonly lives: () => boolean;
  /** Resolves with its largest resident memory. */
  readonly peakMegabytes: () => Promise<number>;
  readonly stop: () => Promise<void>;
}

export interface ContainerOptions {
  /** The folder with the server's files, and the arguments with which Node.js runs it. */
  readonly folder: string;
  readonly args: readonly string[];
  readonly megabytes: number;
  readonly variables: Readonly<Record<string, string>>;
}

let started = 0;

/** Signals that end a run. */
const signals = ['SIGINT', 'SIGTERM'] as const;

/** Time that a server may take to log an awaited line. */
const maxSilenceMs = 60_000;

/**
 * Starts the server in a control group with this memory; if none can be created, with a heap in proportion. It logs
 * into a file, because a pipe that a busy process does not read would block the server.
 */
export async function startContainer({ folder, args, megabytes, variables }: ContainerOptions): Promise<Container> {
  const name = `events-graphql-${process.pid}-${++started}`;
  const group = await createControlGroup(name, 'memory', megabytes * 2 ** 20);
  const file = join(tmpdir(), `${name}.log`);
  const log = await open(file, 'w');
  const enter = group ? `echo $$ > ${group.processes} && exec "$@"` : 'exec "$@"';
  const heap = group ? [] : [`--max-old-space-size=${Math.floor(megabytes / 2)}`];
  const child = spawn('sh', ['-c', enter, 'sh', process.execPath, ...heap, ...args], {
    cwd: folder,
    stdio: ['ignore', 'ignore', log.fd],
    detached: true,
    env: { PATH: process.env['PATH'], ...variables },
  });
  if (child.pid) takePrecedence(child.pid);
  await log.close();
  const ended = once(child, 'exit');
  const kill = () => child.kill('SIGKILL');
  const killAndEnd = (signal: NodeJS.Signals) => {
    kill();
    process.kill(process.pid, signal);
  };
  // Nothing is left of a run that fails or is interrupted: a session of its own does not receive Ctrl-C.
  process.once('exit', kill);
  for (const signal of signals) process.once(signal, killAndEnd);
  const lives = () => child.exitCode === null && child.signalCode === null;
  const logged: Container['logged'] = async (pattern) => {
    for (const since = performance.now(); ; ) {
      const text = await readFile(file, 'utf8');
      const match = pattern.exec(text);
      if (match) return match;
      if (!lives() || performance.now() - since > maxSilenceMs) throw new Error(`Did not log ${pattern}:\n${text}`);
      await wait(50);
    }
  };
  const port = Number((await logged(/"port":(\d+),.*"Listening"/))[1]);
  await logged(/Built the API/);
  return {
    process: child,
    port,
    logged,
    bound: group ? 'control group' : 'heap',
    lives,
    peakMegabytes: () => peakMegabytes(child.pid ?? 0),
    async stop() {
      process.off('exit', kill);
      for (const signal of signals) process.off(signal, killAndEnd);
      kill();
      await ended;
      await rm(file);
      await group?.remove();
    },
  };
}
