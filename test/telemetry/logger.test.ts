import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { serializers } from '../../src/telemetry/logger.ts';

test('an error is logged without attached objects, such as its client', () => {
  const error = Object.assign(new Error('broken', { cause: new Error('because') }), {
    code: '57P01',
    detail: 'Failing row contains (secret)',
    where: "unnamed portal parameter $1 = 'secret'",
    client: { password: 'secret', connectionParameters: { password: 'secret' } },
  });
  const told = serializers.err(error);
  expect(told).toMatchObject({ code: '57P01', message: expect.stringContaining('because') });
  expect(JSON.stringify(told)).not.toContain('secret');
});

test('an error that quotes its cause is logged with it once', () => {
  const cause = new Error('connect ECONNREFUSED');
  expect(serializers.err(new Error('It does not answer (connect ECONNREFUSED)', { cause }))).toMatchObject({
    message: 'It does not answer (connect ECONNREFUSED)',
  });
  expect(serializers.err(new Error('It does not answer', { cause }))).toMatchObject({
    message: 'It does not answer: connect ECONNREFUSED',
  });
});

test.each([
  ['that ends', ''],
  ['that is ended', 'process.exit(0);'],
])('a process %s has written every line, in order', async (_, end) => {
  const logger = new URL('../../src/telemetry/logger.ts', import.meta.url).href;
  const script = `
    const { createLogger } = await import('${logger}');
    const log = createLogger('info');
    for (let n = 0; n < 1000; n++) log.info({ n }, 'Line');
    ${end}`;
  const { stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script]);
  const lines = stderr
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { n: number }).n);
  expect(lines).toEqual(Array.from({ length: 1000 }, (_, n) => n));
});
