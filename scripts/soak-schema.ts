import { parseArgs } from 'node:util';
import { startVitest } from 'vitest/node';

/** Migrates a schema at random under load, on two replicas; exits with 1 when a request fails whose table stays as it is. */
const { values } = parseArgs({
  options: {
    migrations: { type: 'string', default: '500' },
    seed: { type: 'string', default: String(Date.now() % 1e9) },
  },
});
const migrations = { count: Number(values.migrations), seed: Number(values.seed) };
const vitest = await startVitest('test', ['test/api/migrations'], { watch: false, provide: { migrations } });
await vitest.close();
