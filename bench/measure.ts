import type { BenchDatabase } from './database.ts';
import { load } from './load.ts';
import { cpuSeconds, familyCpuSeconds, rest } from './processes.ts';
import type { Server } from './servers.ts';
import type { Load, Outcome, Visit } from './target.ts';

/** One load of one server. CPU is in milliseconds per request; PostgreSQL's is NaN if it is on another machine. */
export interface Measurement extends Outcome {
  readonly nodeCpu: number;
  readonly postgresCpu: number;
}

/** Loads a server, and reads the CPU that it and the database's processes used; resolves when both are idle. */
export async function measure(
  { pid }: Pick<Server, 'pid'>,
  visits: readonly Visit[],
  how: Load,
  { postmaster }: Pick<BenchDatabase, 'postmaster'>,
): Promise<Measurement> {
  const used = async () => ({
    node: await cpuSeconds(pid),
    postgres: postmaster === null ? Number.NaN : await familyCpuSeconds(postmaster),
  });
  let before = await used();
  const outcome = await load(visits, how, async () => {
    before = await used();
  });
  const after = await used();
  await rest(async () => {
    const { node, postgres } = await used();
    return postmaster === null ? node : node + postgres;
  });
  return {
    ...outcome,
    nodeCpu: ((after.node - before.node) * 1000) / outcome.requests,
    postgresCpu: ((after.postgres - before.postgres) * 1000) / outcome.requests,
  };
}

/** Returns the CPU that both have used; Node.js alone if the database is on another machine. */
export const allCpu = ({ nodeCpu, postgresCpu }: Measurement): number =>
  Number.isNaN(postgresCpu) ? nodeCpu : nodeCpu + postgresCpu;
