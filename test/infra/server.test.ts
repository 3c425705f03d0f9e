import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Node } from 'web-tree-sitter';
import { readWish } from '../../src/commands/grant/wish.ts';
import { readConfig } from '../../src/config/config.ts';
import { variables } from '../../src/config/variables.ts';
import { createTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import {
  type BicepFile,
  type BicepFiles,
  bodyOf,
  childrenOf,
  literalOf,
  named,
  nameOf,
  propertiesOf,
  propertyOf,
} from './bicep.ts';
import { readTemplates } from './files.ts';
import { allowedBy } from './parameters.ts';
import { objectsBehind } from './symbols.ts';

let files: BicepFiles;
let app: BicepFile;
let main: BicepFile;

beforeAll(async () => {
  files = await readTemplates();
  app = fileOf('modules/app.bicep');
  main = fileOf('main.bicep');
});

function fileOf(path: string): BicepFile {
  const file = files.get(path);
  if (!file) throw new Error(`There is no ${path}`);
  return file;
}

/** The value at a path of names in the body of a resource or module; of an array the first item. */
function valueAt(file: BicepFile, kind: 'resource' | 'module', name: string, path: string): Node {
  const declaration = named(file, kind, name);
  const found = path
    .split('.')
    .reduce<Node | undefined>(
      (node, step) => propertyOf(node?.type === 'array' ? childrenOf(node)[0] : node, step),
      declaration && bodyOf(declaration),
    );
  if (!found) throw new Error(`${file.path} sets no ${path} of ${name}`);
  return found;
}

/** The variables that a container gets, with their values where these are literal. */
function variablesOf(file: BicepFile, resource: string): Map<string, string | null> {
  const union = valueAt(file, 'resource', resource, 'properties.template.containers.env').descendantsOfType(
    'call_expression',
  );
  const objects = union
    .filter((call) => call !== null)
    .filter((call) => nameOf(call) === 'union')
    .flatMap((call) => objectsBehind(call, file, files));
  return new Map(objects.flatMap(propertiesOf).map(({ name, value }) => [name, literalOf(value)]));
}

const identityId = '1b4e28ba-2fa1-11d2-883f-0016d3cca427';

/** A value for each variable that a parameter decides. */
const decided: Readonly<Record<string, string>> = {
  PGHOST: 'psql-events.postgres.database.azure.com',
  PGDATABASE: 'telemetry',
  PGUSER: 'events-app',
  AZURE_CLIENT_ID: identityId,
  EVENTS_SCHEMA: 'events',
  PORT: '4000',
  PG_POOL_SIZE: '10',
  MAX_REPLICAS: '4',
  GRAPHIQL: 'off',
  DOCUMENTS: 'persisted-only',
  AUTH: 'entra',
  AUTH_TENANT_ID: identityId,
  AUTH_AUDIENCE: 'api://events',
};

describe('the variables of the app', () => {
  test('are read by the server', () => {
    const unread = [...variablesOf(app, 'app').keys()].filter((name) => !(name in variables.shape));
    expect(unread).toEqual([]);
  });

  test('are all that it requires in production', () => {
    const set = [...variablesOf(app, 'app')].map(([name, value]) => [name, value ?? decided[name]]);
    const config = readConfig({
      ...Object.fromEntries(set),
      IDENTITY_ENDPOINT: 'http://localhost:42356/msi/token',
      IDENTITY_HEADER: 'header',
    });
    expect(config).toMatchObject({ production: true, port: 4000, poolSize: 10, maxReplicas: 4 });
    expect(config.database?.password).toMatchObject({ kind: 'user-identity', clientId: identityId });
  });

  test('hold no secret', () => {
    for (const file of files.values()) expect(file.root.text).not.toMatch(/PGPASSWORD|secretRef|secrets:/);
  });
});

describe('the probes', () => {
  let database: TestDatabase;
  let api: TestApi;

  beforeAll(async () => {
    database = await createDatabase();
    api = await createTestApi(database.connection, {});
  });

  afterAll(async () => {
    await api.close();
    await database.drop();
  });

  test('are one of each kind, on paths and the port that the server has', async () => {
    const probes = objectsBehind(valueAt(app, 'resource', 'app', 'properties.template.containers.probes'), app, files);
    const read = probes.map((probe) => ({
      type: literalOf(propertyOf(probe, 'type')),
      path: literalOf(propertyOf(propertyOf(probe, 'httpGet'), 'path')),
      port: propertyOf(propertyOf(probe, 'httpGet'), 'port')?.text,
    }));
    expect(read.map(({ type, path }) => [type, path])).toEqual([
      ['Startup', '/health/live'],
      ['Liveness', '/health/live'],
      ['Readiness', '/health/ready'],
    ]);
    for (const { path, port } of read) {
      expect((await api.app.fetch(`http://localhost${path}`)).status).toBe(200);
      expect(port).toBe('port');
    }
    expect(numberOf('port')).toBe(Number(decided['PORT']));
  });

  test('keep to the limits of the platform', () => {
    for (const probe of objectsBehind(variable(app, 'probes'), app, files)) {
      const number = (name: string) => Number(propertyOf(probe, name)?.text);
      expect(number('failureThreshold')).toBeLessThanOrEqual(10);
      expect(number('periodSeconds')).toBeLessThanOrEqual(240);
      expect(number('timeoutSeconds')).toBeLessThanOrEqual(number('periodSeconds'));
    }
  });

  test('wait longer than the server waits for its database', () => {
    const probeMs = constantOf('db/pool/probe.ts', 'probeMs');
    for (const probe of objectsBehind(variable(app, 'probes'), app, files)) {
      const isReadiness = literalOf(propertyOf(probe, 'type')) === 'Readiness';
      const timeoutMs = Number(propertyOf(probe, 'timeoutSeconds')?.text) * 1000;
      expect(timeoutMs).toBeGreaterThan(isReadiness ? probeMs : 0);
    }
  });
});

const variable = (file: BicepFile, name: string): Node => {
  const value = childrenOf(named(file, 'var', name)?.node ?? file.root)[1];
  if (!value) throw new Error(`${file.path} has no ${name}`);
  return value;
};

const numberOf = (name: string) => Number(variable(app, name).text);

/** A constant of the server that nothing else needs, from its source. */
function constantOf(path: string, name: string): number {
  const source = readFileSync(new URL(`../../src/${path}`, import.meta.url), 'utf8');
  const [, value] = new RegExp(`const ${name} = ([\\d_]+);`).exec(source) ?? [];
  return Number(value?.replaceAll('_', ''));
}

describe('the app', () => {
  test('is killed later than the server has drained', () => {
    const graceMs =
      Number(valueAt(app, 'resource', 'app', 'properties.template.terminationGracePeriodSeconds').text) * 1000;
    expect(graceMs).toBeGreaterThan(
      constantOf('server/serve.ts', 'lingerMs') + constantOf('server/serve.ts', 'graceMs'),
    );
  });

  test('logs in as the role that the grant job makes for its identity', () => {
    const options = stringsIn(valueAt(main, 'module', 'grantJob', 'params.arguments'));
    expect(options.shift()).toBe('grant');
    const session = { statementTimeoutMs: 1, idleInTransactionTimeoutMs: 1 };
    const { wish, isPrintOnly } = readWish(options, { schema: 'events', session });
    expect(wish).toMatchObject({
      role: 'events-app',
      objectId: identityId,
      mayWrite: true,
      mayDelete: true,
    });
    expect(isPrintOnly).toBe(false);
    expect(valueAt(main, 'module', 'app', 'params.roleName').text).toBe('roleName');
    expect(valueAt(main, 'module', 'app', 'params.appIdentity').text).toBe('identities.outputs.app');
    expect(valueAt(main, 'module', 'grantJob', 'params.jobIdentity').text).toBe('identities.outputs.grant');
  });
});

/** The options as they would be with every choice taken; ids are some id. */
function stringsIn(node: Node): string[] {
  if (node.type === 'string') return [literalOf(node) ?? ''];
  if (node.text === 'roleName') return [literalOf(variable(main, 'roleName')) ?? ''];
  if (node.text === 'identities.outputs.app.principalId') return [identityId];
  if (node.type === 'ternary_expression') return stringsIn(childrenOf(node)[1] ?? node);
  return childrenOf(node).flatMap(stringsIn);
}

describe('connections', () => {
  const sizes = () => {
    const [object] = objectsBehind(variable(fileOf('sizes.bicep'), 'postgresSizes'), main, files);
    const entries = object ? propertiesOf(object) : [];
    return new Map(entries.map(({ name, value }) => [name, Number(propertyOf(value, 'connections')?.text)]));
  };
  const defaultOf = (name: string) => childrenOf(named(main, 'param', name)?.node ?? main.root).at(-1);

  test('have a number for each size that can be chosen', () => {
    const parameter = named(main, 'param', 'postgresSize');
    expect([...sizes().keys()]).toEqual(parameter && allowedBy(parameter));
    for (const connections of sizes().values()) expect(connections).toBeGreaterThan(0);
  });

  test('suffice for the replicas of two revisions with one connection more each, or the deployment fails', () => {
    expect(variable(main, 'neededConnections').text).toBe('maxReplicas * (poolSize + 1) * 2');
    const [condition, fitting, otherwise] = childrenOf(variable(main, 'fittingPoolSize'));
    expect([condition?.text, fitting?.text]).toEqual(['neededConnections < connections', 'poolSize']);
    expect(otherwise && nameOf(otherwise)).toBe('fail');
    expect(valueAt(main, 'module', 'app', 'params.poolSize').text).toBe('fittingPoolSize');
    expect(valueAt(main, 'module', 'app', 'params.maxReplicas').text).toBe('maxReplicas');
  });

  test('suffice with the defaults', () => {
    const needed = Number(defaultOf('maxReplicas')?.text) * (Number(defaultOf('poolSize')?.text) + 1) * 2;
    expect(needed).toBeLessThan(sizes().get(literalOf(defaultOf('postgresSize')) ?? '') ?? 0);
  });
});
