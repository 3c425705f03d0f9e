import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { targetsOf } from './answers.ts';
import { profile, sharesOf } from './cpuProfile.ts';
import { openDatabase } from './database.ts';
import { load } from './load.ts';
import { lock } from './lock.ts';
import { ours } from './programs.ts';
import { questions } from './questions.ts';
import { startServer } from './servers.ts';
import { visitsOf } from './target.ts';

/**
 * Prints where our server's time goes under load, by package and file: `node bench/profile.ts Q4`. The server runs from
 * its sources, because the build has all packages in one file.
 */
const asked = process.argv[2] ?? 'Q2';
const question = questions.find(({ name }) => name === asked);
if (!question) throw new Error(`There is no question ${asked}`);

await lock();
const database = await openDatabase(100_000);
const folder = await mkdtemp(join(tmpdir(), 'events-graphql-profile-'));
try {
  const variables = { ...database.variables, NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${folder}` };
  const server = await startServer({ ...ours, file: '../src/main.ts', persisted: false }, variables);
  for (const targets of (await targetsOf(question, [server], database)).values())
    await load(visitsOf(targets), { connections: 32, seconds: 10 });
  await server.stop('SIGTERM'); // the profile is written at exit
  const [file = ''] = await readdir(folder);
  const shares = sharesOf(profile.parse(JSON.parse(await readFile(join(folder, file), 'utf8'))));
  console.log(`${asked}: ${question.asks}`);
  for (const [name, share] of shares.slice(0, 25)) console.log(`${(share * 100).toFixed(1).padStart(5)} %  ${name}`);
} finally {
  await rm(folder, { recursive: true });
  await database.stop();
}
