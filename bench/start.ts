import { openDatabase } from './database.ts';
import { goalsOf, medianAndSpread } from './goals.ts';
import { lock } from './lock.ts';
import { machine } from './machine.ts';
import { openProduction } from './production.ts';
import { measureStarts } from './starts.ts';
import { median } from './statistics.ts';

/** Prints the cold start and the idle memory of the built server and of PostGraphile, on the same database. */
const times = 10;

await lock();
const database = await openDatabase(100_000);
const production = await openProduction();
try {
  const starts = await measureStarts(database, times, production);
  for (const [name, each] of starts) {
    const ms = median(each.map((start) => start.ms)).toFixed(0);
    const megabytes = median(each.map((start) => start.idleMegabytes)).toFixed(0);
    console.log(`${name}: ${ms} ms from the start to the first answered query, ${megabytes} MB when idle`);
  }
  for (const { what, values } of goalsOf([], starts).filter(({ values }) => values.length > 0))
    console.log(`${what}: ${medianAndSpread(values)}`);
  console.log(`Medians of ${times} starts each; ${machine(database.version)}`);
} finally {
  await production.stop();
  await database.stop();
}
