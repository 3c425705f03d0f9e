import { parseArgs } from 'node:util';
import { startVitest } from 'vitest/node';

/** Checks many random schemas, and counts the outcomes; exits with 1 if the API and SQL disagree. */
const { values } = parseArgs({
  options: {
    schemas: { type: 'string', default: '10000' },
    seed: { type: 'string', default: String(Date.now() % 1e9) },
  },
});
const hostile = { schemas: Number(values.schemas), seed: Number(values.seed) };
process.stderr.write(`Seed ${hostile.seed}\n`);
const vitest = await startVitest('test', ['test/hostile'], { watch: false, provide: { hostile } });
await vitest.close();
