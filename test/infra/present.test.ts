import { expect, test } from 'vitest';
import { type Answer, run } from './scripts.ts';

const exists: Answer = ['group exists', 'echo true'];
const kept = (calls: readonly string[]) =>
  calls.filter((call) => call.includes('KEPT_NETWORK')).map((call) => call.trim());

test('the hook before provisioning keeps the image that azd knows', () => {
  expect(run('hooks/present.sh', { SERVICE_API_IMAGE_NAME: 'x' }, [exists]).calls.join()).not.toContain('IMAGE_NAME');
});

test('the hook before provisioning leaves the placeholder in a new deployment', () => {
  const { status, calls } = run('hooks/present.sh', {}, [['group exists', 'echo false']]);
  expect(status).toBe(0);
  expect(calls).toEqual(['az group exists --name rg-e --subscription s', 'azd env set KEPT_NETWORK']);
});

test.each([
  ['has grown', {}, 256, ['azd env set POSTGRES_STORAGE_GB 256']],
  ['has not grown', {}, 128, []],
  ['is to become larger', { POSTGRES_STORAGE_GB: '512' }, 256, []],
  [
    'is to become smaller, which Azure refuses',
    { POSTGRES_STORAGE_GB: '64' },
    128,
    ['azd env set POSTGRES_STORAGE_GB 128'],
  ],
  ['is that of your own server', { POSTGRES_SERVER_ID: '/server' }, 256, []],
  ['does not exist yet', {}, '', []],
])('the hook before provisioning keeps storage that is larger than the setting: it %s', (_, environment, size, set) => {
  const storage: Answer = ['flexibleServers?api-version', `echo ${size}`];
  const { status, calls } = run('hooks/present.sh', environment, [exists, storage]);
  expect(status).toBe(0);
  expect(calls.filter((call) => call.includes('STORAGE'))).toEqual(set);
});

test('the hook before provisioning keeps the image of a running app', () => {
  const { status, calls } = run('hooks/present.sh', {}, [exists, ['containerapp list', 'echo r.azurecr.io/events:1']]);
  expect(status).toBe(0);
  expect(calls.at(-1)).toBe('azd env set SERVICE_API_IMAGE_NAME r.azurecr.io/events:1');
});

test('the hook before provisioning treats the placeholder as no image', () => {
  const placeholder = 'echo mcr.microsoft.com/k8se/quickstart:latest';
  const { calls } = run('hooks/present.sh', {}, [exists, ['containerapp list', placeholder]]);
  expect(calls.filter((call) => call.includes('IMAGE_NAME'))).toEqual([]);
});

test('the hook before provisioning keeps the existing network, and what others added to its subnets', () => {
  const names: Answer = ['vnet list', 'echo vnet-events-x; echo snet-events-app'];
  const { calls } = run('hooks/present.sh', {}, [exists, names]);
  expect(kept(calls)).toEqual(['azd env set KEPT_NETWORK vnet-events-x,snet-events-app']);
});

test('the hook before provisioning keeps its subnets in your network, even if nothing else exists yet', () => {
  const names: Answer = ['vnet show --ids /v', 'echo snet-events-app; echo snet-events-endpoints'];
  const { calls } = run('hooks/present.sh', { VNET_ID: '/v' }, [['group exists', 'echo false'], names]);
  expect(kept(calls)).toEqual(['azd env set KEPT_NETWORK snet-events-app,snet-events-endpoints']);
});

test('the hook before provisioning forgets a deleted network, and ignores your own subnets', () => {
  const yours: Readonly<Record<string, string>> = { APP_SUBNET_ID: '/v/subnets/a', VNET_ID: '/v' };
  for (const environment of [{}, yours]) {
    const { calls } = run('hooks/present.sh', { KEPT_NETWORK: 'snet-events-app', ...environment }, [exists]);
    expect(kept(calls)).toEqual(['azd env set KEPT_NETWORK']);
  }
});

test('the hook before provisioning stops provisioning if it cannot find out', () => {
  for (const call of ['group exists', 'vnet list', 'az rest', 'containerapp list']) {
    expect(run('hooks/present.sh', {}, [[call, 'exit 1'], exists]).status).not.toBe(0);
  }
});
