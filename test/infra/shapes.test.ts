import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Compiler, elsewhere, hasBicep, startCompiler } from './bicep.ts';
import { nameRules } from './names.ts';
import { containersOf, ofType, type Resource, variablesOf } from './resources.ts';
import { shapes } from './shapes.ts';

// The compiler checks names, types, versions and properties (npm run infra). These tests check what it cannot know:
// what a deployment creates, and that it exposes nothing.

let compiler: Compiler;

beforeAll(async () => {
  if (hasBicep) compiler = await startCompiler();
});

afterAll(() => compiler?.close());

const acrPull = '7f951dda-4ed3-4680-a7ca-43fe172d538d';
const repositoryReader = 'b93aa761-3e63-49ed-ac28-beffa264f7ac';
const diagnosticSettings = 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview';

describe.skipIf(!hasBicep).each(Object.entries(shapes))('%s', (_, parameters) => {
  let resources: readonly Resource[];

  beforeAll(async () => {
    resources = await compiler.predict(parameters);
  });

  const collectorName = 'ca-collector-';
  const isCollector = ({ name }: Resource) => name.startsWith(collectorName);
  const containers = () => containersOf(resources).filter((resource) => !isCollector(resource));
  const apps = () => ofType(resources, 'Microsoft.App/containerApps').filter((resource) => !isCollector(resource));

  test('the deployment creates these resources', () => {
    expect(resources.map(describeResource).join('\n')).toMatchSnapshot();
  });

  test('the deployment is closed to the outside, unless the app is public', () => {
    const isPublic = 'internal' in parameters && !parameters.internal;
    for (const { properties } of ofType(resources, 'Microsoft.DBforPostgreSQL/flexibleServers')) {
      expect(properties.network.publicNetworkAccess === 'Disabled').not.toBe(
        'delegatedSubnetResourceId' in properties.network,
      );
    }
    for (const { properties } of ofType(resources, 'Microsoft.App/managedEnvironments')) {
      expect(properties.vnetConfiguration.internal).toBe(!isPublic);
      expect(properties.publicNetworkAccess).toBe(isPublic ? 'Enabled' : 'Disabled');
    }
    const rules = ofType(resources, 'Microsoft.Network/networkSecurityGroups').flatMap(
      ({ properties }) => properties?.securityRules ?? [],
    );
    const open = rules.filter(
      (rule) => rule.properties.access === 'Allow' && rule.properties.sourceAddressPrefix !== 'VirtualNetwork',
    );
    expect(open.map(({ name }) => name)).toEqual(isPublic ? ['AllowHttpsInbound'] : []);
    expect(resources.filter(({ type }) => /firewallRules|publicIPAddresses/i.test(type))).toEqual([]);
    for (const { properties } of ofType(resources, 'Microsoft.App/containerApps')) {
      expect(properties.configuration.ingress.allowInsecure).toBe(false);
    }
    const allowed = 'allowedAddresses' in parameters ? parameters.allowedAddresses : [];
    for (const { properties } of apps()) {
      const rules = properties.configuration.ingress.ipSecurityRestrictions;
      expect(rules.map(({ action, ipAddressRange }) => `${action} ${ipAddressRange}`)).toEqual(
        allowed.map((range) => `Allow ${range}`),
      );
    }
  });

  test('the deployment has no secret, and disables keys and passwords', () => {
    const text = JSON.stringify(resources.filter((resource) => !isCollector(resource))).replaceAll(
      '"passwordAuth":"Disabled"',
      '',
    );
    expect(text).not.toMatch(/password|secret|connectionstring|sharedkey|\blist\w*\(/i);
    // The collector's secret only allows writing telemetry. The collector has no identity, and only its environment can
    // reach it.
    for (const { properties, identity } of ofType(resources, 'Microsoft.App/containerApps', collectorName)) {
      expect([identity, properties.configuration.ingress.external]).toEqual([undefined, false]);
      expect(properties.configuration.secrets).toEqual([
        { name: 'connection-string', value: expect.stringMatching(/^\[reference\(.*\)\.ConnectionString\]$/) },
      ]);
    }
    for (const { properties } of ofType(resources, 'Microsoft.DBforPostgreSQL/flexibleServers')) {
      expect(properties.authConfig).toMatchObject({ activeDirectoryAuth: 'Enabled', passwordAuth: 'Disabled' });
    }
    for (const { properties } of ofType(resources, 'Microsoft.ContainerRegistry/registries')) {
      expect(properties).toMatchObject({ adminUserEnabled: false, anonymousPullEnabled: false });
    }
    for (const { properties } of ofType(resources, 'Microsoft.OperationalInsights/workspaces')) {
      expect(properties.features).toMatchObject({ disableLocalAuth: true });
    }
  });

  test('the deployment assigns one role: pulling from the registry, to the pulling identity', () => {
    const assignments = ofType(resources, 'Microsoft.Authorization/roleAssignments');
    expect(assignments).toHaveLength(1);
    for (const { id, properties } of assignments) {
      expect(id).toMatch(/^\[extensionResourceId\('[^']*\/Microsoft\.ContainerRegistry\/registries\/\w+', /);
      const role = 'registryAbac' in parameters ? repositoryReader : acrPull;
      expect(properties.roleDefinitionId).toMatch(new RegExp(`/${role}$`));
      expect(properties.principalId).toMatch(/\/id-pull-\w+', '[\d-]+'\)\.principalId\]$/);
    }
  });

  test('the deployment gives each container one identity, and none the pulling identity', () => {
    for (const container of containers()) {
      const { identitySettings: lifecycles, registries } = container.properties.configuration;
      expect(Object.keys(container.identity?.userAssignedIdentities ?? {}).toSorted()).toEqual(
        lifecycles.map((setting) => setting.identity).toSorted(),
      );
      const inside = lifecycles.filter(({ lifecycle }) => lifecycle !== 'None').map((setting) => setting.identity);
      expect(inside).toEqual([expect.stringMatching(/\/id-(app|grant)-\w+$/)]);
      expect(variablesOf(container)['AZURE_CLIENT_ID']).toContain(`'${inside[0]}'`);
      expect(registries).toEqual([expect.objectContaining({ identity: expect.stringMatching(/\/id-pull-\w+$/) })]);
    }
    const administrating = containers().filter(({ identity }) => JSON.stringify(identity).includes('/id-grant-'));
    expect(administrating.filter(({ type }) => type !== 'Microsoft.App/jobs')).toEqual([]);
  });

  test('the deployment gives each resource a name that Azure allows', () => {
    const wrong = resources.filter(({ type, name }) => {
      const rule = nameRules[type];
      const last = name.split('/').at(-1) ?? '';
      // Azure and Entra ID choose some names, such as a domain or an object id; a computed name is an identifier in any
      // case.
      return !rule || !(name.startsWith('[') || rule.test(last));
    });
    expect(wrong.map(({ type, name }) => `${type} ${name}`)).toEqual([]);
  });

  test("the deployment keeps the app's domain, with an existing certificate or one from Azure", () => {
    const domain = 'customDomain' in parameters ? parameters.customDomain : undefined;
    const own = 'customDomainCertificateId' in parameters ? parameters.customDomainCertificateId : undefined;
    for (const { properties } of apps()) {
      const bound = own ? { bindingType: 'SniEnabled', certificateId: own } : { bindingType: 'Auto' };
      expect(properties.configuration.ingress.customDomains).toEqual(domain ? [{ name: domain, ...bound }] : []);
    }
    const made = ofType(resources, 'Microsoft.App/managedEnvironments/managedCertificates');
    expect(made.map(({ properties }) => properties.subjectName)).toEqual(domain && !own ? [domain] : []);
  });

  test('the deployment sets alerts only on resources in its own subscription', () => {
    for (const { properties } of ofType(resources, 'Microsoft.Insights/metricAlerts')) {
      expect(properties.scopes).toHaveLength(1);
      expect(properties.scopes[0]).not.toContain(elsewhere);
    }
  });

  test('the deployment uses one stable version of each type', () => {
    const used = new Set(resources.map(({ type, apiVersion }) => `${type}@${apiVersion}`));
    expect(new Set(resources.map(({ type }) => type)).size).toBe(used.size);
    // Diagnostic settings have no stable version with category groups.
    expect([...used].filter((type) => type.endsWith('-preview') && type !== diagnosticSettings)).toEqual([]);
  });
});

/**
 * Describes a resource by its scope, type and name. A value that Azure chooses appears as its property and resource.
 */
function describeResource({ id, type, name }: Resource): string {
  const [, subscription = '', group = ''] = /\/?subscriptions\/([^/']+)(?:\/resourceGroups\/([^/']+))?/.exec(id) ?? [];
  const readable = name
    .replace(/reference\('[^']*\/([^/']+)', '[^']*'\)\.([\w.]+)/g, '<$2 of $1>')
    .replace(/'\/[^']*\/([^/']+)'/g, "'$1'");
  return `${subscription[0]} ${group} ${type} ${readable}`;
}
