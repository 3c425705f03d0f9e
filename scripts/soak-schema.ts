import { parseArgs } from 'node:util';
import { startVitest } from 'vitest/node';

/**
 * Runs random migrations of a schema under load, on two replicas; exits with 1 if a request for a table that did not
 * change fails.
 */
const { values } = parseArgs({
  options: {
    migrations: { type: 'string', default: '500' },
    seed: { type: 'string', default: String(Date.now() % 1e9) },
  },
});
const migrations = { count: Number(values.migrations), seed: Number(values.seed) };
const vitest = await startVitest('test', ['test/api/migrations'], { watch: false, provide: { migrations } });
await vitest.close();
