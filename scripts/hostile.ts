import { parseArgs } from 'node:util';
import { startVitest } from 'vitest/node';

/** Looks at many schemas that are made at random, and says what came how often; exits with 1 when the API says what SQL does not. */
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
