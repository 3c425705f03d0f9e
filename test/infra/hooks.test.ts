import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const root = new URL('../../', import.meta.url).pathname;
let bin: string;

beforeEach(() => {
  bin = mkdtempSync(join(tmpdir(), 'hooks-'));
});

afterEach(() => {
  rmSync(bin, { recursive: true });
});

/** Runs a hook with an az, an azd and a sleep that note their calls; az answers the first pattern that fits. */
function run(
  hook: string,
  environment: Readonly<Record<string, string>>,
  answers: readonly [pattern: string, answer: string][],
) {
  const calls = join(bin, 'calls');
  const cases = answers.map(([pattern, answer]) => `*'${pattern}'*) ${answer} ;;`).join('\n');
  for (const name of ['az', 'azd', 'sleep']) {
    const script = `#!/bin/sh\necho "${name} $*" >> '${calls}'\ncase "${name} $*" in\n${cases}\n*) ;;\nesac\n`;
    writeFileSync(join(bin, name), script, { mode: 0o755 });
  }
  const { status, stdout, stderr } = spawnSync(join(root, 'infra/hooks', hook), {
    encoding: 'utf8',
    env: { PATH: `${bin}:${process.env['PATH']}`, AZURE_ENV_NAME: 'e', AZURE_SUBSCRIPTION_ID: 's', ...environment },
  });
  return { status, stdout, stderr, calls: existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : [] };
}

describe('the hook that grants', () => {
  const environment = {
    SERVICE_API_IMAGE_NAME: 'r.azurecr.io/events:1',
    AZURE_RESOURCE_GROUP: 'g',
    GRANT_JOB_NAME: 'job-grant',
    DOCTOR_JOB_NAME: 'job-doctor',
  };
  const start: [string, string] = ['job start', 'echo job-grant-x1'];

  test('does nothing before there is an image', () => {
    const { status, calls } = run('grant.sh', {}, []);
    expect([status, calls]).toEqual([0, []]);
  });

  test('gives both jobs the image, starts one, and waits for that execution', () => {
    const answers: [string, string][] = [
      start,
      ['execution show', `[ "$(grep -c sleep '${join(bin, 'calls')}')" -ge 2 ] && echo Succeeded || echo Running`],
    ];
    const { status, calls } = run('grant.sh', environment, answers);
    expect(status).toBe(0);
    expect(calls.filter((call) => call.includes('job update')).map((call) => call.match(/--name (\S+)/)?.[1])).toEqual([
      'job-grant',
      'job-doctor',
    ]);
    expect(calls[0]).toContain('--resource-group g --subscription s --name job-grant --image r.azurecr.io/events:1');
    expect(calls.filter((call) => call.startsWith('sleep'))).toHaveLength(2);
    expect(calls.at(-1)).toContain('--job-execution-name job-grant-x1');
  });

  const withSchema = { ...environment, MIGRATE_JOB_NAME: 'job-migrate' };
  const starts: [string, string][] = [['--name job-migrate --query name', 'echo job-migrate-x1'], start];

  test('lets the schema be made before it grants on it', () => {
    const { status, calls } = run('grant.sh', withSchema, [...starts, ['execution show', 'echo Succeeded']]);
    expect(status).toBe(0);
    const named = (command: string) =>
      calls.filter((call) => call.includes(command)).map((call) => call.match(/--name (\S+)/)?.[1]);
    expect(named('job update')).toEqual(['job-migrate', 'job-grant', 'job-doctor']);
    expect(named('job start')).toEqual(['job-migrate', 'job-grant']);
  });

  test('does not grant on a schema that could not be made', () => {
    const failed = run('grant.sh', withSchema, [...starts, ['execution show', 'echo Failed']]);
    expect(failed.status).toBe(1);
    expect(failed.stderr).toContain('--name job-migrate --resource-group g --execution job-migrate-x1');
    expect(failed.calls.some((call) => call.includes('job start') && call.includes('job-grant'))).toBe(false);
  });

  test.each(['Failed', 'Stopped', 'Degraded'])('fails when the job is %s, and says where to look', (state) => {
    const { status, stderr } = run('grant.sh', environment, [start, ['execution show', `echo ${state}`]]);
    expect(status).toBe(1);
    expect(stderr).toContain(`(${state})`);
    expect(stderr).toContain(
      'az containerapp job logs show --name job-grant --resource-group g --execution job-grant-x1',
    );
  });

  test('gives up on a job that never ends', () => {
    const { status, calls } = run('grant.sh', environment, [start, ['execution show', 'echo Running']]);
    expect(status).toBe(1);
    expect(calls.filter((call) => call.startsWith('sleep'))).toHaveLength(120);
  });

  test('fails when az does', () => {
    expect(run('grant.sh', environment, [['job start', 'exit 3']]).status).not.toBe(0);
  });
});

describe('the hook before provisioning', () => {
  const exists: [string, string] = ['group exists', 'echo true'];

  test('asks nobody when the image is known', () => {
    expect(run('image.sh', { SERVICE_API_IMAGE_NAME: 'x' }, []).calls).toEqual([]);
  });

  test('leaves a new deployment its placeholder', () => {
    const { status, calls } = run('image.sh', {}, [['group exists', 'echo false']]);
    expect(status).toBe(0);
    expect(calls).toEqual(['az group exists --name rg-e --subscription s']);
  });

  test('keeps the image of an app that runs', () => {
    const { status, calls } = run('image.sh', {}, [exists, ['containerapp list', 'echo r.azurecr.io/events:1']]);
    expect(status).toBe(0);
    expect(calls.at(-1)).toBe('azd env set SERVICE_API_IMAGE_NAME r.azurecr.io/events:1');
  });

  test('takes the placeholder for no image', () => {
    const placeholder = 'echo mcr.microsoft.com/k8se/quickstart:latest';
    const { calls } = run('image.sh', {}, [exists, ['containerapp list', placeholder]]);
    expect(calls.filter((call) => call.startsWith('azd'))).toEqual([]);
  });

  test('stops provisioning when it cannot know', () => {
    expect(run('image.sh', {}, [exists, ['containerapp list', 'exit 1']]).status).not.toBe(0);
    expect(run('image.sh', {}, [['group exists', 'exit 1']]).status).not.toBe(0);
  });
});

test('hooks and documentation name what azd knows: outputs of the template, and its own', () => {
  const own = ['AZURE_ENV_NAME', 'AZURE_SUBSCRIPTION_ID', 'SERVICE_API_IMAGE_NAME'];
  const read = (path: string) => readFileSync(join(root, path), 'utf8');
  const outputs = [...read('infra/bicep/main.bicep').matchAll(/^output (\w+)/gm)].map(([, name]) => name);
  const scripts = read('infra/hooks/grant.sh') + read('infra/hooks/image.sh');
  const used = [
    ...scripts.matchAll(/\$\{?([A-Z_]{3,})/g),
    ...read('docs/deploy.md').matchAll(/azd env get-value (\w+)/g),
  ].map(([, name]) => name);
  expect(used.length).toBeGreaterThan(8);
  expect(used.filter((name) => !outputs.includes(name) && !own.includes(name ?? ''))).toEqual([]);
});

test('the documentation sets only what the parameter file reads', () => {
  const read = (path: string) => readFileSync(join(root, path), 'utf8');
  const known = [...read('infra/bicep/main.bicepparam').matchAll(/readEnvironmentVariable\('(\w+)'/g)].map(
    ([, name]) => name,
  );
  const set = [...read('docs/deploy.md').matchAll(/(?:azd env set |[`\s])([A-Z][A-Z_]{4,})(?==| ")/g)].map(
    ([, name]) => name,
  );
  expect(set).toContain('POSTGRES_ADMIN_NAME');
  const ofServer = ['PGPASSWORD'];
  expect(set.filter((name) => !known.includes(name) && !ofServer.includes(name ?? ''))).toEqual([]);
});
