import { buildApi } from '../../api/api.ts';
import { loadExtensions } from '../../api/extensions.ts';
import { readConfig } from '../../config/config.ts';
import type { Environment } from '../../config/variables.ts';
import { openDatabase } from '../../db/open.ts';
import { readStore } from '../../documents/store.ts';
import { createTails } from '../../tails/tails.ts';
import { createLogger } from '../../telemetry/logger.ts';
import { readArguments } from '../arguments.ts';
import { commandLines } from '../commandLines.ts';
import { UsageError } from '../usageError.ts';
import { annotations } from './annotations.ts';
import { type DocumentFinding, examineDocument } from './examine.ts';
import { readGivenVariables } from './givenVariables.ts';
import { createRecorder } from './recorder.ts';
import { asJsonReport, asTable, hasPassed } from './render.ts';

/**
 * Runs `check [manifest...]`: validates persisted documents as the server does when it starts, and says what each costs.
 * Resolves with 1 if a document or a manifest is invalid, else with 0.
 */
export async function check(environment: Environment, args: readonly string[]): Promise<number> {
  const { positionals, values } = readArguments(commandLines.check, args);
  if (values.json && values.github) throw new UsageError('--json and --github cannot be combined');
  const config = readConfig(environment);
  const paths = positionals.length > 0 ? positionals : config.documents.paths;
  if (paths.length === 0) throw new UsageError('pass a manifest, or set PERSISTED_DOCUMENTS');
  const { store, problems } = await readStore(paths);
  const given = values.variables === undefined ? {} : await readGivenVariables(values.variables, store);
  const database = await openDatabase(config);
  try {
    const { db } = database;
    const recorder = createRecorder(db);
    const log = createLogger(config.logLevel);
    const extensions = await loadExtensions(config, database);
    const { limits, requestLimits, sseMaxSeconds } = config;
    const api = await buildApi({ db: recorder.db, schemaName: config.schema, limits, extensions, log });
    const tails = createTails({ db, limits: requestLimits, maxSeconds: sseMaxSeconds, log });
    const findings: DocumentFinding[] = [];
    for (const document of api.prepareDocuments(store).all)
      findings.push(...(await examineDocument(document, { api, recorder, db, tails, config, given })));
    process.stdout.write(values.json ? asJsonReport(findings, problems) : asTable(findings, problems));
    if (values.github) process.stdout.write(annotations(findings, problems));
    return hasPassed(findings, problems) ? 0 : 1;
  } finally {
    await database.close();
  }
}
