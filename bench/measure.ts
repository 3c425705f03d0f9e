import type { BenchDatabase } from './database.ts';
import { type Load, load, type Outcome, type Target } from './load.ts';
import { cpuSeconds, familyCpuSeconds } from './processes.ts';
import type { Server } from './servers.ts';

/** One run of load against one server. CPU is in milliseconds for each request. */
export interface Measurement extends Outcome {
  readonly nodeCpu: number;
  readonly postgresCpu: number;
}

/** Loads a server, and reads what it and the database's processes have used meanwhile. */
export async function measure(
  server: Server,
  target: Target,
  how: Load,
  database: BenchDatabase,
): Promise<Measurement> {
  const used = async () => ({
    node: await cpuSeconds(server.pid),
    postgres: database.postmaster === null ? Number.NaN : await familyCpuSeconds(database.postmaster),
  });
  const before = await used();
  const outcome = await load(target, how);
  const after = await used();
  if (outcome.failures > 0)
    throw new Error(`${server.name} failed ${outcome.failures} of ${outcome.requests} requests`);
  return {
    ...outcome,
    nodeCpu: ((after.node - before.node) * 1000) / outcome.requests,
    postgresCpu: ((after.postgres - before.postgres) * 1000) / outcome.requests,
  };
}
