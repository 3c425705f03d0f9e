import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Compiler, hasBicep, readParameters, startCompiler } from './bicep.ts';
import { ofType } from './resources.ts';
import { root } from './scripts.ts';

// Values for azd env set --file, one file per environment.

const folder = join(root, 'infra/environments');
const template = join(root, 'infra/bicep/main.bicepparam');
const published = { SERVICE_API_IMAGE_NAME: 'crevents.azurecr.io/events-graphql:1' };
const read = (name: string) => parseEnv(readFileSync(join(folder, name), 'utf8'));
const known = [...readFileSync(template, 'utf8').matchAll(/readEnvironmentVariable\('(\w+)'/g)].map(([, key]) => key);

test.each(readdirSync(folder))('%s only sets variables that the parameter file reads', (name) => {
  expect(Object.keys(read(name)).filter((key) => !known.includes(key))).toEqual([]);
});

test('the page on deployment, or a file with an environment, has every variable that is set by hand', () => {
  const page = readFileSync(join(root, 'docs/deploy.md'), 'utf8');
  const named = page.match(/\w+/g)?.concat(readdirSync(folder).flatMap((name) => Object.keys(read(name))));
  // The hook before provisioning sets the rest.
  expect([...new Set(known)].filter((name = '') => !named?.includes(name))).toEqual(['KEPT_NETWORK']);
});

// The compiler evaluates the parameters, and then the template with them.
describe.skipIf(!hasBicep)('an environment', { timeout: 120_000 }, () => {
  let compiler: Compiler;
  beforeAll(async () => {
    compiler = await startCompiler();
  });
  afterAll(() => compiler?.close());

  const predict = async (name: string) => compiler.predict(await readParameters({ ...read(name), ...published }));
  const serverType = 'Microsoft.DBforPostgreSQL/flexibleServers';
  const appType = 'Microsoft.App/containerApps';

  test('dev scales to zero and has the smallest server', async () => {
    const resources = await predict('dev.env');
    expect(ofType(resources, serverType, 'psql-')[0]?.properties.highAvailability.mode).toBe('Disabled');
    expect(ofType(resources, appType, 'ca-events-')[0]?.properties.template.scale).toMatchObject({
      minReplicas: 0,
      maxReplicas: 1,
    });
  });

  test('prod survives the loss of a zone and is monitored', async () => {
    const resources = await predict('prod.env');
    expect(ofType(resources, serverType, 'psql-')[0]?.properties.highAvailability.mode).toBe('ZoneRedundant');
    expect(ofType(resources, 'Microsoft.App/managedEnvironments', 'cae-')[0]?.properties.zoneRedundant).toBe(true);
    expect(ofType(resources, appType, 'ca-events-')[0]?.properties.template.scale.minReplicas).toBeGreaterThan(1);
    expect(ofType(resources, 'Microsoft.Insights/components', 'appi-')).toHaveLength(1);
  });
});
