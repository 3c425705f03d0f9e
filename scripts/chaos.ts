import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { events } from '../bench/largest.ts';
import { lock } from '../bench/lock.ts';
import { table } from '../bench/markdown.ts';
import { attacks } from '../test/chaos/attacks.ts';
import { unleash } from '../test/chaos/chaos.ts';
import { createChaosDatabase } from '../test/chaos/database.ts';
import { cellsOf, head, missedBy, type Observation } from '../test/chaos/verdict.ts';
import { readImageSettings } from '../test/support/image.ts';

/**
 * Attacks a server with the container's files and a memory limit while others use it; exits with 1 if it misses a goal.
 */
const { values } = parseArgs({
  options: {
    /** Minutes for all attacks together, without the preparation. */
    minutes: { type: 'string', default: '15' },
    /** Names of attacks or parts of them, separated by commas. */
    only: { type: 'string', default: '' },
    megabytes: { type: 'string', default: '1024,512' },
    events: { type: 'string', default: String(events) },
    /** Ignores times, for a machine that is busy with other things. */
    'only-counts': { type: 'boolean', default: false },
  },
});
const wanted = values.only.split(',');
const chosen = attacks.filter(({ name }) => wanted.some((part) => name.includes(part)));
if (chosen.length === 0) throw new Error(`--only: use ${attacks.map(({ name }) => name).join(', ')}`);
const megabytes = values.megabytes.split(',').map(Number);
const seconds = (Number(values.minutes) * 60) / (chosen.length * megabytes.length) / 1.5;

if (!values['only-counts']) await lock();
const folder = await mkdtemp(join(tmpdir(), 'events-graphql-chaos-'));
await promisify(execFile)(process.execPath, [new URL('image.ts', import.meta.url).pathname, folder]);
const database = await createChaosDatabase(Number(values.events));
const missed: string[] = [];
const rows: (readonly string[])[] = [];
const bounds = new Set<string>();
const onSeen = (seen: Observation) => {
  const wrong = missedBy(seen, values['only-counts']).map(
    (goal) => `${seen.attack.name}, ${seen.megabytes} MB: ${goal}`,
  );
  missed.push(...wrong);
  rows.push(cellsOf(seen));
  bounds.add(seen.bound);
  process.stderr.write(`${cellsOf(seen).join(' | ')}\n${wrong.map((goal) => `  ${goal}\n`).join('')}`);
};
try {
  const image = { folder, ...(await readImageSettings()) };
  await unleash({ image, database, attacks: chosen, megabytes, seconds, onSeen });
} finally {
  await database.end();
  await rm(folder, { recursive: true });
}
console.log(table(head, rows));
console.log(`${seconds.toFixed(0)} s of each attack; memory bounded by a ${[...bounds].join(' and a ')}`);
for (const goal of missed) console.log(`MISSED: ${goal}`);
console.log(missed.length === 0 ? 'All goals are met.' : 'Not all goals are met.');
process.exit(missed.length === 0 ? 0 : 1);
