import { parseArgs } from 'node:util';
import { openDatabase } from './database.ts';
import { growConnections } from './growth/connections.ts';
import { growDepth } from './growth/depth.ts';
import { growPages } from './growth/pages.ts';
import { growPartitions } from './growth/partitions.ts';
import { growPositions } from './growth/positions.ts';
import type { Plan, Section } from './growth/section.ts';
import { growTables } from './growth/tables.ts';
import { lock } from './lock.ts';
import { machine } from './machine.ts';
import { table, writeSection } from './markdown.ts';

/**
 * Measures how the built server's cost grows with requests, clients, data and tables. For a growing number of tables it
 * also measures PostGraphile. `--quick` leaves out the largest sizes and loads only for a moment; `--only` runs the named
 * parts. Only a run without either option writes to the documentation.
 */
const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string' } },
});
const plan: Plan = values.quick
  ? { seconds: 0.5, starts: 1, tables: [10, 100], tableRows: [1e4, 1e5], partitions: [10, 100] }
  : {
      seconds: 3,
      starts: 3,
      tables: [10, 100, 1000, 3000],
      tableRows: [1e4, 1e5, 1e6, 1e7],
      partitions: [10, 1000, 1e4],
    };
console.log(`This takes about ${values.quick ? 1 : 15} min`);

await lock();
const database = await openDatabase(100_000);
try {
  const sections: string[] = [];
  const all = {
    pages: growPages,
    depth: growDepth,
    connections: growConnections,
    tables: growTables,
    positions: growPositions,
    partitions: growPartitions,
  };
  for (const [name, grow] of Object.entries(all)) {
    if (values.only !== undefined && !values.only.split(',').includes(name)) continue;
    const section = textOf(await grow(database, plan));
    console.log(`\n${section}`);
    sections.push(section);
  }
  const text = [`${machine(database.version)}. 100,000 events.`, ...sections].join('\n\n');
  if (!values.quick && values.only === undefined) await writeSection('growth', text);
} finally {
  await database.stop();
}

function textOf({ title, head, rows }: Section): string {
  return `**${title}**\n\n${table(head, rows)}`;
}
