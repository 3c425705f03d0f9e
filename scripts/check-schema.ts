import { readFile, writeFile } from 'node:fs/promises';
import { pino } from 'pino';
import { buildApi } from '../src/api/api.ts';
import { defaultPageLimits } from '../src/config/limits.ts';
import { createDb } from '../src/db/db.ts';
import { createPool } from '../src/db/pool/pool.ts';
import { sampleExtensions, startEmbedded } from '../src/dev/embedded/embedded.ts';
import { importExtensions } from '../src/schema/extensions/folder.ts';
import { printSdl } from '../src/schema/print.ts';
import { createEveryType } from './reference/everyType.ts';
import { referencePage } from './reference/page.ts';

/** Compares schema.graphql and docs/reference.md with those generated from the code; with `--write`, writes them. */
const embedded = await startEmbedded({ sample: { sites: 1, devices: 1, events: 1 } });
const pool = createPool({
  ...embedded.connection,
  ssl: false,
  size: 1,
  connectTimeoutMs: 10_000,
  statementTimeoutMs: 10_000,
  onError: () => {},
});
try {
  const limits = defaultPageLimits;
  const extensions = await importExtensions([sampleExtensions]);
  const db = createDb(pool);
  const log = pino({ level: 'warn' });
  const sample = await buildApi({ db, schemaName: 'events', limits, extensions, log });
  const types = await createEveryType(embedded.connection);
  const ofEveryType = await buildApi({ db, schemaName: 'made', limits, log });
  const made = {
    'schema.graphql': printSdl(sample.schema),
    'docs/reference.md': referencePage(types, ofEveryType.schema, sample.schema),
  };
  for (const [name, text] of Object.entries(made)) {
    const file = new URL(`../${name}`, import.meta.url);
    if (process.argv.includes('--write')) await writeFile(file, text);
    else if (text !== (await readFile(file, 'utf8'))) {
      console.error(`${name} is not what the code makes: npm run schema:write, then look at the difference.`);
      process.exitCode = 1;
    }
  }
} finally {
  await pool.end();
  await embedded.stop();
}
