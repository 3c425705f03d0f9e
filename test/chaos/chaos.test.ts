import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';

// In a process of its own, so that others' clients and the server's memory are not the test runner's.
test('attacks take nothing from others: counts alone', { timeout: 120_000 }, async () => {
  const options = ['--only', 'probes,starvation,network,bulk,schema', '--megabytes', '512', '--minutes', '0.1'];
  const child = spawn(process.execPath, ['scripts/chaos.ts', ...options, '--events', '2000', '--only-counts']);
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  expect(out, err).toContain('All goals are met.');
});
