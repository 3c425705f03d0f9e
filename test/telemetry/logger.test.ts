import { expect, test } from 'vitest';
import { serializers } from '../../src/telemetry/logger.ts';

test('an error is logged without the objects that hang on it, such as the client that it broke', () => {
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
