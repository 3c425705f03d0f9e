import { parseArgs } from 'node:util';
import { startVitest } from 'vitest/node';
import { requestsOf } from '../test/support/fuzz.ts';

/** Sends many random requests; exits with 1 if an answer has neither data nor a documented error. */
const { values } = parseArgs({ options: { requests: { type: 'string', default: '100000' } } });
const wanted = Number(values.requests);
/** The log of a run is kept until its end. */
const atOnce = 100_000;
const usual = Object.values(requestsOf).reduce((sum, each) => sum + each);
let done = 0;
while (done < wanted && !process.exitCode) {
  const requests = Math.min(atOnce, wanted - done);
  process.env['FC_RUNS'] = String(requests / usual);
  const vitest = await startVitest('test', ['test/limits/fuzz.property.test.ts'], { watch: false });
  await vitest.close();
  done += requests;
  if (!process.exitCode) console.log(`${done} requests, each answered with data or with what was wrong with it`);
}
