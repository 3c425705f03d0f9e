import type { BenchDatabase } from './database.ts';
import { idleMegabytes } from './processes.ts';
import type { Production } from './production.ts';
import { base, ours } from './programs.ts';
import { questions } from './questions.ts';
import { startServer } from './servers.ts';

/** One start of a server. */
export interface Start {
  /** Time from the start of the process to its first answered query, which is Q1. */
  readonly ms: number;
  /** The resident set when idle. */
  readonly idleMegabytes: number;
}

const firstAsked = questions.find(({ name }) => name === 'Q1');

/** Starts our server and PostGraphile in turn, each this many times, on a running database. */
export async function measureStarts(
  { variables, facts: [facts] }: BenchDatabase,
  times: number,
  production: Production,
): Promise<ReadonlyMap<string, readonly Start[]>> {
  const starts = new Map<string, Start[]>([
    [ours.name, []],
    [base.name, []],
  ]);
  // The first start reads the program's files from disk and does not count.
  for (let round = 0; round <= times; round++) {
    for (const program of round % 2 ? [ours, base] : [base, ours]) {
      const first = (facts && firstAsked?.request(program.dialect, facts, '')) ?? undefined;
      const server = await startServer(program, variables, { first, production });
      const idle = round > 0 ? await idleMegabytes(server.pid) : 0;
      await server.stop();
      if (round > 0) starts.get(program.name)?.push({ ms: server.startMs, idleMegabytes: idle });
    }
  }
  return starts;
}
