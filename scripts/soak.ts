import { parseArgs } from 'node:util';
import { soak } from '../test/platform/soak.ts';
import { judge } from '../test/platform/verdict.ts';

/** Runs the server for a while on an unreliable platform; exits with 1 if a request failed that should not have. */
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    rate: { type: 'string', default: '100' },
    size: { type: 'string', default: '8' },
    life: { type: 'string', default: '5' },
    /** Ignores latency and memory, for a machine that is busy with other things. */
    'only-failures': { type: 'boolean', default: false },
  },
});
const poolSize = Number(values.size);
const result = await soak({
  seconds: Number(values.seconds),
  requestsPerSecond: Number(values.rate),
  poolSize,
  lifeSeconds: Number(values.life),
  warmUp: values['only-failures'] ? 0 : 3000,
  onProgress: ({ open, counts, problem }, requests) => {
    const state = `${open} open, ${counts.replaced} replaced, ${counts.lost} lost`;
    process.stderr.write(`${requests} requests, ${state}${problem ? `, ${problem.message}` : ''}\n`);
  },
});
const { lines, violations, costs } = judge(result, poolSize);
const wrong = values['only-failures'] ? violations : [...violations, ...costs];
console.log(lines.join('\n'));
for (const violation of wrong) console.log(`VIOLATION: ${violation}`);
console.log(wrong.length === 0 ? 'All as promised.' : 'Not as promised.');
process.exit(wrong.length === 0 ? 0 : 1);
