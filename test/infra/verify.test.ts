import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Answer, root, run } from './scripts.ts';

const environment = {
  AZURE_RESOURCE_GROUP: 'g',
  APP_NAME: 'ca',
  APP_URL: 'https://ca.example/graphql',
  DOCTOR_JOB_NAME: 'job-doctor',
};
const ready: Answer = ['latestReadyRevisionName', 'echo ca--2'];
const known: Answer[] = [
  ['latestRevisionName', 'echo ca--2'],
  ['AUTH_AUDIENCE', 'echo api://1'],
  ['PGUSER', 'echo events-app'],
  ['job start', 'echo job-doctor-x1'],
  ['job logs show', 'echo "ok  login"'],
];
const succeeded: Answer = ['execution show', 'echo Succeeded'];

test("the hook prints the app's address, who may call it, and doctor's output", () => {
  const { status, stdout } = run('hooks/verify.sh', environment, [ready, ...known, succeeded]);
  expect(status).toBe(0);
  expect(stdout.slice(stdout.indexOf('ok  login'))).toBe(
    [
      'ok  login\n',
      'URL       https://ca.example/graphql',
      'role      events-app',
      'audience  api://1',
      'verdict   healthy: doctor found nothing wrong. No document was sent: azd env set VERIFY_DOCUMENT <id of one without variables>\n',
    ].join('\n'),
  );
});

test('the hook waits for the newest revision before it starts doctor', () => {
  const becomes = `[ "$(grep -c sleep "$CALLS")" -ge 2 ] && echo ca--2 || echo ca--1`;
  const answers: Answer[] = [['latestReadyRevisionName', becomes], ...known, succeeded];
  const { status, calls } = run('hooks/verify.sh', environment, answers);
  expect(status).toBe(0);
  expect(calls.filter((call) => call.startsWith('sleep'))).toHaveLength(2);
  const started = calls.findIndex((call) => call.includes('job start'));
  expect(started).toBeGreaterThan(calls.findLastIndex((call) => call.includes('latestReadyRevisionName')));
});

test("the hook fails if the revision does not become ready, with Azure's and the revision's messages", () => {
  const answers: Answer[] = [
    ['latestReadyRevisionName', 'echo ca--1'],
    ['revision show', 'echo "state: Failed"'],
    ['--name ca --revision ca--2 --format text', 'echo "PGHOST is not set"'],
    ...known,
  ];
  const { status, stderr, calls } = run('hooks/verify.sh', environment, answers);
  expect(status).toBe(1);
  expect(stderr).toMatch(/state: Failed\nPGHOST is not set\nThe revision ca--2 is not ready/);
  // The command also waits for the job and prints its output.
  const command = `sh -c 'eval "$(azd env get-values)"; . infra/hooks/job.sh; run "$DOCTOR_JOB_NAME"'`;
  expect(stderr).toContain(`\n  ${command}\n`);
  expect(readFileSync(join(root, 'docs/deploy.md'), 'utf8')).toContain(command);
  expect(calls.join()).not.toContain('job start');
});

test.each([
  ['doctor finds something', ['execution show', 'echo Failed']],
  ['doctor cannot be started', ['job start', 'exit 1']],
  ["doctor's result is unknown", ['execution show', 'exit 1']],
] satisfies [string, Answer][])('the hook fails when %s', (_, answer) => {
  const { status, stdout } = run('hooks/verify.sh', environment, [answer, ready, ...known]);
  expect(status).toBe(1);
  expect(stdout).toContain('verdict   not healthy');
});

test('the hook says that every caller is rejected while the audience is one that no token has', () => {
  const unregistered: Answer = ['AUTH_AUDIENCE', 'echo api://e'];
  const { status, stdout } = run('hooks/verify.sh', environment, [unregistered, ready, ...known, succeeded]);
  expect(status).toBe(0);
  expect(stdout).toContain('healthy, but it rejects every caller: run infra/register-app.sh');
});

test('the hook says that with AUTH=none anyone may call', () => {
  const { stdout } = run('hooks/verify.sh', environment, [['AUTH_AUDIENCE', 'true'], ready, ...known, succeeded]);
  expect(stdout).toContain('audience  none');
});

test('the hook fails if az fails', () => {
  const { status, calls } = run('hooks/verify.sh', environment, [['latestRevisionName', 'exit 1']]);
  expect(status).not.toBe(0);
  expect(calls).toHaveLength(1);
});
