import { parseArgs } from 'node:util';
import { targetsOf } from './answers.ts';
import type { Cell } from './cells.ts';
import { openDatabase } from './database.ts';
import { longEnough } from './load.ts';
import { lock } from './lock.ts';
import { type Measurement, measure } from './measure.ts';
import { peakMegabytes } from './processes.ts';
import { base, byHand, ours, programs } from './programs.ts';
import { type Question, questions } from './questions.ts';
import { report } from './report.ts';
import { type Server, startServers } from './servers.ts';
import { measureStarts } from './starts.ts';
import type { Load, Target } from './target.ts';

/**
 * Loads all servers with all questions, in rounds that alternate between them, and writes what came of it. Ends with 1
 * where one of them failed a request. `--quick` is for daily use: less data, fewer servers, one short round, nothing
 * written; nor is it with `--only=Q1,Q2`.
 */
const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string', default: '' } },
});
const plan = values.quick
  ? {
      events: 100_000,
      programs: [base, ours, byHand],
      starts: 1,
      rounds: 1,
      seconds: 0.9,
      warmSeconds: 0.4,
      connections: [32],
    }
  : { events: 1_000_000, programs, starts: 5, rounds: 5, seconds: 2, warmSeconds: 5, connections: [1, 32, 256] };
const asked = questions.filter(({ name }) => values.only === '' || values.only.split(',').includes(name));

const loads = asked.length * plan.programs.length;
const estimate = loads * (plan.warmSeconds + plan.rounds * plan.connections.length * (plan.seconds + 0.3));
console.log(
  `This takes about ${Math.ceil((estimate + plan.starts * 7) / 60)} min, and more where the data is not there yet`,
);

await lock();
const database = await openDatabase(plan.events);
let servers: readonly Server[] = [];
try {
  const starts = await measureStarts(database, plan.starts);
  servers = await startServers(plan.programs, database);
  const cells: Cell[] = [];
  for (const question of asked) {
    cells.push(...(await compare(question)));
    console.log(`${new Date().toISOString().slice(11, 19)} ${question.name}: ${question.asks}`);
  }
  const peaks = await Promise.all(servers.map(async ({ name, pid }) => [name, await peakMegabytes(pid)] as const));
  const { events, rounds, seconds } = plan;
  const run = { cells, starts, peaks: new Map(peaks), database, events, rounds, seconds };
  const failures = await report(run, { write: !values.quick && values.only === '' });
  if (failures > 0) process.exitCode = 1;
} finally {
  await Promise.all(servers.map((server) => server.stop()));
  await database.stop();
}

/** A question's cells: all servers in turns, the order reversed in every other round, so that no drift favours one. */
async function compare(question: Question): Promise<readonly Cell[]> {
  const targets = [...(await targetsOf(question, servers, database))];
  const once = async (server: Server, target: Target, how: Load): Promise<Measurement> => {
    const measurement = await measure(server, target, how, database);
    // What was written would slow down what comes next.
    if (question.writes) await database.truncateReadings();
    return measurement;
  };
  const warm = new Map<Server, Measurement>();
  for (const [server, target] of targets)
    warm.set(server, await once(server, target, { connections: 32, seconds: plan.warmSeconds }));
  const cells = plan.connections.flatMap((connections) =>
    targets.map(([server, target]) => ({
      ...{ question, server: server.name, connections },
      measurements: [] as Measurement[],
      run: () => once(server, target, longEnough({ connections, seconds: plan.seconds }, warm.get(server))),
    })),
  );
  for (let round = 0; round < plan.rounds; round++)
    for (const cell of round % 2 ? cells.toReversed() : cells) cell.measurements.push(await cell.run());
  return cells;
}
