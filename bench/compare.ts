import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { targetsOf } from './answers.ts';
import type { Cell } from './cells.ts';
import { type Column, columns } from './columns.ts';
import { createControlGroup } from './controlGroup.ts';
import { openDatabase } from './database.ts';
import { openDistance } from './distance.ts';
import { longEnough } from './load.ts';
import { lock } from './lock.ts';
import { type Measurement, measure } from './measure.ts';
import { peakMegabytes } from './processes.ts';
import { openProduction } from './production.ts';
import { base, byHand, ours } from './programs.ts';
import { type Question, questions } from './questions.ts';
import { report } from './report.ts';
import { type Server, startServers } from './servers.ts';
import { measureStarts } from './starts.ts';
import { type Load, type Target, visitsOf } from './target.ts';
import { measureViewers } from './viewers.ts';

/**
 * Loads all servers with all questions, in rounds that alternate between the servers, and reports the results. Exits
 * with 1 if a request failed. `--quick` is for daily use: less data and one short round. Only a run without `--quick`
 * and `--only=Q1,Q2` writes to the documentation.
 */
const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string', default: '' } },
});
const { quick: isQuick } = values;
const plan = isQuick
  ? { events: 100_000, starts: 1, seconds: 0.7, warmSeconds: 0.7 }
  : { events: 1_000_000, starts: 3, seconds: 1, warmSeconds: 8 };
const isAsked = (name: string) => values.only === '' || values.only.split(',').includes(name);
const asked = questions.filter(({ name }) => isAsked(name));

console.log(`This takes about ${isQuick ? 4 : 25} min, and longer the first time, when it creates the data`);
await lock();
const database = await openDatabase(plan.events);
const production = await openProduction();
const distance = await openDistance(database);
const bounded = await createControlGroup(`events-graphql-bench-${process.pid}`, 'cpu', cpus().length);
if (!bounded) console.warn('Skipped: half a core, because this process may not create a control group');
const measured = columns.filter(({ cores }) => cores === undefined || bounded);
/** The last measured distance to the database, by column. */
const pings = new Map<Column, number>();
let servers: readonly Server[] = [];
let farServers: readonly Server[] = [];
try {
  const starts = await measureStarts(database, plan.starts, production);
  servers = await startServers([...new Set(columns.flatMap(({ programs }) => programs))], database, production);
  farServers = await startServers([base, ours, byHand], { ...database, ...distance }, production);
  for (const { pid } of servers) await bounded?.add(pid);
  const cells: Cell[] = [];
  for (const question of asked) {
    cells.push(...(await compare(question)));
    console.log(`${new Date().toISOString().slice(11, 19)} ${question.name}: ${question.asks}`);
  }
  const viewers = isAsked('Q9') ? await measureViewers(servers, database, plan.seconds * 4) : [];
  const peaks = await Promise.all(servers.map(async ({ name, pid }) => [name, await peakMegabytes(pid)] as const));
  const { events, seconds } = plan;
  const run = { cells, starts, viewers, pings, peaks: new Map(peaks), database, events, seconds };
  const failures = await report(run, { write: !isQuick && values.only === '' });
  if (failures > 0) process.exitCode = 1;
} finally {
  await Promise.all([...servers, ...farServers].map((server) => server.stop()));
  await bounded?.remove();
  distance.stop();
  await production.stop();
  await database.stop();
}

/** Measures a question in every column. */
async function compare(question: Question): Promise<readonly Cell[]> {
  const targets = await targetsOf(question, servers, database);
  const warmed = new Set<Server>();
  const cells: Cell[] = [];
  for (const column of measured) {
    if (column.questions && !column.questions.includes(question.name)) continue;
    cells.push(...(await compareIn(column, question, targets, warmed)));
  }
  return cells;
}

/** Loads all servers in turn, in reverse order in every other round, so that no drift favours one. */
async function compareIn(
  column: Column,
  question: Question,
  targets: ReadonlyMap<Server, readonly Target[]>,
  warmed: Set<Server>,
): Promise<readonly Cell[]> {
  const once = async (server: Server, targets: readonly Target[], how: Load): Promise<Measurement> => {
    const measurement = await measure(server, visitsOf(targets), how, database);
    // Written rows would slow down the next load.
    if (question.writes) await database.truncateReadings();
    return measurement;
  };
  if (column.away !== undefined) pings.set(column, await distance.set(column.away));
  await bounded?.bound(column.cores ?? cpus().length);
  const cells = [];
  for (const { name, questions } of column.programs) {
    if (questions && !questions.includes(question.name)) continue;
    const server = servers.find((one) => one.name === name);
    const runner = column.away === undefined ? server : farServers.find((one) => one.name === name);
    const asked = server && targets.get(server);
    if (!runner || !asked) continue;
    const own = asked.map((target) => ({ ...target, url: target.url.replace(`:${server.port}/`, `:${runner.port}/`) }));
    const { connections } = column;
    const seconds = warmed.has(runner) ? plan.seconds / 2 : plan.warmSeconds;
    const warm = await once(runner, own, { connections: 32, seconds });
    warmed.add(runner);
    const how = longEnough({ connections, seconds: plan.seconds }, warm);
    const measurements: Measurement[] = [];
    const run = async () => measurements.push(await once(runner, own, how));
    cells.push({ question, server: name, column, measurements, run });
  }
  for (let round = 0; round < (isQuick ? 1 : column.rounds); round++)
    for (const cell of round % 2 ? cells.toReversed() : cells) await cell.run();
  await bounded?.bound(cpus().length);
  return cells;
}
