import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';

// Runs in its own process, so that the test runner does not share the clients' and the server's memory.
test('during attacks, other callers lose nothing, and the server meets all goals except those of time', {
  timeout: 120_000,
}, async () => {
  const options = ['--only', 'probes,starvation,network,bulk,schema', '--megabytes', '512', '--minutes', '0.1'];
  const child = spawn(process.execPath, ['scripts/chaos.ts', ...options, '--events', '2000', '--only-counts']);
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  expect(out, err).toContain('All goals are met.');
});
