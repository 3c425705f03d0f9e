import { parseArgs } from 'node:util';
import { compareAnswers, targetOf } from './answers.ts';
import { openDatabase } from './database.ts';
import { type Load, load, type Target } from './load.ts';
import { lock } from './lock.ts';
import { type Measurement, measure } from './measure.ts';
import { peakMegabytes } from './processes.ts';
import { type Question, questions } from './questions.ts';
import { type Cell, report } from './report.ts';
import { type Server, startServers } from './servers.ts';

/**
 * Loads all servers with all questions, in rounds that alternate between them, and writes what came of it.
 * `--quick` is for daily use: less data, fewer and shorter rounds, nothing written.
 */
const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string', default: '' } },
});
const { events, rounds, seconds, warmSeconds, connections } = values.quick
  ? { events: 100_000, rounds: 2, seconds: 1, warmSeconds: 1, connections: [32] }
  : { events: 1_000_000, rounds: 5, seconds: 3, warmSeconds: 5, connections: [1, 32, 256] };

await lock();
const database = await openDatabase(events);
const servers = await startServers(database);
const asked = questions.filter(({ name }) => values.only === '' || values.only.split(',').includes(name));
try {
  const cells = new Map<string, Cell & { readonly measurements: Measurement[] }>();
  for (const question of asked) {
    const targets = await targetsOf(question);
    await compareAnswers(question, targets);
    for (const target of targets.values()) await load(target, { connections: 32, seconds: warmSeconds });
    for (let round = 0; round < rounds; round++) {
      // The order is reversed in every other round, so that what drifts does not favour one.
      const order = round % 2 ? [...targets].reverse() : [...targets];
      for (const count of connections)
        for (const [server, target] of order) await add(question, server, target, { connections: count, seconds });
    }
    console.log(`${question.name}: ${question.asks}`);
  }
  const memory = await Promise.all(servers.map(async ({ name, pid }) => [name, await peakMegabytes(pid)] as const));
  await report([...cells.values()], { memory: new Map(memory), database, events, write: !values.quick });

  async function add(question: Question, server: Server, target: Target, how: Load) {
    const key = [question.name, server.name, how.connections].join();
    const cell = cells.get(key) ?? { question, server: server.name, connections: how.connections, measurements: [] };
    cell.measurements.push(await measure(server, target, how, database));
    cells.set(key, cell);
    if (question.name === 'Q8') await database.client.query('truncate events.reading');
  }
} finally {
  await Promise.all(servers.map((server) => server.stop()));
  await database.stop();
}

/** What each server that knows the question is sent. */
async function targetsOf(question: Question): Promise<ReadonlyMap<Server, Target>> {
  const targets = new Map<Server, Target>();
  for (const server of servers) {
    const target = await targetOf(question, server, database.facts);
    if (target) targets.set(server, target);
  }
  return targets;
}
