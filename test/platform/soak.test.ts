import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';

// Runs in its own process, as in production, without the test runner and other tests in its event loop.
test('no request fails while tokens expire, backends die and the identity endpoint is away', {
  timeout: 60_000,
}, async () => {
  const options = { seconds: 14, rate: 60, size: 4, life: 4 };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = spawn(process.execPath, ['scripts/soak.ts', '--only-failures', ...args]);
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  expect(out, err).toContain('All as promised.');
});
