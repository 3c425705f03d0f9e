import { buildApi } from '../api/api.ts';
import { loadExtensions } from '../api/extensions.ts';
import type { Config } from '../config/config.ts';
import { openDatabase } from '../db/open.ts';
import { printSdl } from '../schema/print.ts';
import { createLogger } from '../telemetry/logger.ts';

/** Runs `schema`: prints the API's schema for the tables that the role may read. */
export async function printSchema(config: Config): Promise<void> {
  const log = createLogger(config.logLevel);
  const database = await openDatabase(config);
  try {
    const extensions = await loadExtensions(config, database);
    const { limits } = config;
    const { schema } = await buildApi({ db: database.db, schemaName: config.schema, limits, extensions, log });
    process.stdout.write(printSdl(schema));
  } finally {
    await database.close();
  }
}
