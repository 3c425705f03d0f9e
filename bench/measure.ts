import type { BenchDatabase } from './database.ts';
import { load } from './load.ts';
import { cpuSeconds, familyCpuSeconds, rest } from './processes.ts';
import type { Server } from './servers.ts';
import type { Load, Outcome, Visit } from './target.ts';

/** One run of load against one server. CPU is in milliseconds for each request; PostgreSQL's is NaN where it is away. */
export interface Measurement extends Outcome {
  readonly nodeCpu: number;
  readonly postgresCpu: number;
}

/** Loads a server, and reads what it and the database's processes have used meanwhile; resolves when both are at rest. */
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

/** What both have used; Node.js alone where the database is away. */
export const allCpu = ({ nodeCpu, postgresCpu }: Measurement): number =>
  Number.isNaN(postgresCpu) ? nodeCpu : nodeCpu + postgresCpu;
