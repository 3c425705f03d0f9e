import { readFile, writeFile } from 'node:fs/promises';
import { pino } from 'pino';
import { buildApi } from '../src/api/api.ts';
import { defaultPageLimits } from '../src/config/limits.ts';
import { createDb } from '../src/db/db.ts';
import { createPool } from '../src/db/pool/pool.ts';
import { sampleExtensions, startEmbedded } from '../src/dev/embedded/embedded.ts';
import { importExtensions } from '../src/schema/extensions/folder.ts';
import { printSdl } from '../src/schema/print.ts';

/** Compares schema.graphql with the schema of the reference database, or writes it with `--write`. */
const file = new URL('../schema.graphql', import.meta.url);
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
  const { schema } = await buildApi({ db, schemaName: 'events', limits, extensions, log: pino({ level: 'warn' }) });
  const printed = printSdl(schema);
  if (process.argv.includes('--write')) await writeFile(file, printed);
  else if (printed !== (await readFile(file, 'utf8'))) {
    console.error(
      'schema.graphql is not the schema of the reference database: npm run schema:write, then look at the difference.',
    );
    process.exitCode = 1;
  }
} finally {
  await pool.end();
  await embedded.stop();
}
