import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readRoleSpec } from '../../src/commands/grant/roleSpec.ts';
import { readConfig, readPoolConfig } from '../../src/config/config.ts';
import { variables } from '../../src/config/variables.ts';
import { createTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { type Compiler, hasBicep, type Parameters, startCompiler, tenantId } from './bicep.ts';
import { containersOf, ofType, type Probe, type Resource, variablesOf } from './resources.ts';
import { shapes } from './shapes.ts';

// No compiler checks whether the template's variables, probes and times fit the server.

const identityId = '1b4e28ba-2fa1-11d2-883f-0016d3cca427';

/** Values that Azure chooses during a deployment. */
const told: Readonly<Record<string, string>> = {
  clientId: identityId,
  principalId: identityId,
  fullyQualifiedDomainName: 'psql-events.postgres.database.azure.com',
};

describe.skipIf(!hasBicep)('the template', () => {
  let compiler: Compiler;
  let resources: readonly Resource[];
  let probes: readonly Probe[];

  beforeAll(async () => {
    compiler = await startCompiler();
    resources = await compiler.predict({ ...shapes['everything is new'], appMayWrite: true, appMayDelete: true });
    probes = app().template.containers[0].probes;
  });

  afterAll(() => compiler.close());

  const app = () => only(ofType(resources, 'Microsoft.App/containerApps', 'ca-events')).properties;
  const container = (name: string) => only(containersOf(resources, name));
  const argsOf = (name: string) => container(name).properties.template.containers[0].args;
  const filledVariablesOf = (name: string) =>
    Object.fromEntries(Object.entries(variablesOf(container(name))).map(([key, value]) => [key, fill(value)]));

  /** Variables that Container Apps adds. */
  const platform = { IDENTITY_ENDPOINT: 'http://localhost:42356/msi/token', IDENTITY_HEADER: 'header' };

  test.each(['ca-events', 'job-migrate', 'job-grant', 'job-doctor'])(
    'the template sets variables that the server reads (%s)',
    (name) => {
      expect(Object.keys(filledVariablesOf(name)).filter((variable) => !(variable in variables.shape))).toEqual([]);
    },
  );

  test('the template sets every variable that the server requires in production', () => {
    const config = readConfig({ ...filledVariablesOf('ca-events'), ...platform });
    expect(config).toMatchObject({ production: true, port: 4000, poolSize: 10, maxReplicas: 4 });
    expect(config.database?.password).toMatchObject({ kind: 'user-identity', clientId: identityId });
    expect(filledVariablesOf('ca-events')).toMatchObject({ AUTH_TENANT_ID: tenantId, AUTH_AUDIENCE: 'api://events' });
  });

  test('the template sets every variable that the jobs require: doctor examines the app, the others only connect', () => {
    expect(readConfig({ ...filledVariablesOf('job-doctor'), ...platform })).toMatchObject({ production: true });
    for (const name of ['job-migrate', 'job-grant']) {
      const { database } = readPoolConfig({ ...filledVariablesOf(name), ...platform });
      expect(database?.user).toMatch(/^id-grant-/);
    }
  });

  test('the template creates the sample and serves its documents on a new server; on an existing one it does only what is requested', async () => {
    expect(argsOf('job-migrate')).toEqual(['migrate', 'sample/migrations']);
    expect(filledVariablesOf('ca-events')['PERSISTED_DOCUMENTS']).toBe('documents,sample/documents');
    const old = shapes['an existing server, registry and workspace'];
    const jobs = async (parameters: Parameters) => containersOf(await compiler.predict(parameters), 'job-migrate');
    expect(await jobs(old)).toEqual([]);
    const [own] = await jobs({ ...old, migrations: 'migrations' });
    expect(own?.properties.template.containers[0].args).toEqual(['migrate', 'migrations']);
  });

  test('the app logs in as the role that the grant job creates for its identity', () => {
    const args = argsOf('job-grant');
    const [command, ...options] = args.map(fill);
    expect(command).toBe('grant');
    const session = { statementTimeoutMs: 1, idleInTransactionTimeoutMs: 1 };
    const { spec, isPrintOnly } = readRoleSpec(options, { schema: 'events', session });
    expect(spec).toMatchObject({ objectId: identityId, mayWrite: true, mayDelete: true });
    expect(isPrintOnly).toBe(false);
    const clientId = variablesOf(container('ca-events'))['AZURE_CLIENT_ID'];
    expect(args).toContain(clientId?.replace('clientId', 'principalId'));
    expect(filledVariablesOf('ca-events')['PGUSER']).toBe(spec.role);
    expect(filledVariablesOf('job-doctor')['PGUSER']).toBe(spec.role);
    expect(filledVariablesOf('job-grant')['PGUSER']).toMatch(/^id-grant-/);
  });

  test('only Application Insights gets the changes of metrics rather than their sums', async () => {
    for (const [shape, temporality] of [
      ['production', 'cumulative'],
      ['production, observed by Application Insights', 'delta'],
    ] as const) {
      const [observed] = containersOf(await compiler.predict(shapes[shape]), 'ca-events');
      expect(observed && variablesOf(observed)).toMatchObject({
        OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: temporality,
        OTEL_TRACES_SAMPLER_ARG: '0.1',
      });
    }
  });

  test('an environment on a server of another one can have a role of its own', async () => {
    const all = await compiler.predict(shapes['an existing server that is reached already']);
    const [grant] = containersOf(all, 'job-grant');
    expect(grant?.properties.template.containers[0].args.slice(0, 3)).toEqual(['grant', '--role', 'events-replica']);
    const roles = ['ca-events', 'job-doctor'].flatMap((name) => containersOf(all, name).map(variablesOf));
    expect(roles.map(({ PGUSER }) => PGUSER)).toEqual(['events-replica', 'events-replica']);
  });

  test('a migration may take an hour, and the hooks wait for a job as long as it may run', () => {
    const timeouts = ofType(resources, 'Microsoft.App/jobs').map(({ name, properties }) => [
      name.split('-')[1],
      properties.configuration.replicaTimeout,
    ]);
    expect(Object.fromEntries(timeouts)).toEqual({ migrate: 3600, grant: 300, doctor: 300 });
    const hook = readFileSync(new URL('../../infra/hooks/job.sh', import.meta.url), 'utf8');
    const [, attempts, pause] = /-lt (\d+)[\s\S]*?sleep (\d+)/.exec(hook) ?? [];
    expect(Number(attempts) * Number(pause)).toBeGreaterThanOrEqual(3600);
  });

  test('the app is killed only after the server has drained', () => {
    const graceMs = app().template.terminationGracePeriodSeconds * 1000;
    expect(graceMs).toBeGreaterThan(
      constantOf('server/serve.ts', 'lingerMs') + constantOf('server/serve.ts', 'graceMs'),
    );
  });

  test('the alerts use messages that the server logs, codes that it returns and metrics that it has', async () => {
    const observed = await compiler.predict(shapes['production, observed by Application Insights']);
    const rules = ofType(observed, 'Microsoft.Insights/scheduledQueryRules');
    const queries = rules.map(({ properties }) => properties.criteria.allOf[0].query);
    const source = readdirSync(sources, { recursive: true })
      .filter((path) => String(path).endsWith('.ts'))
      .map((path) => readFileSync(new URL(String(path), sources), 'utf8'))
      .join('');
    const found = (pattern: RegExp) => queries.flatMap((query) => [...query.matchAll(pattern)].map(([, text]) => text));
    const words = found(/Log has "([^"]+)"/g);
    const metrics = found(/ Name == "([^"]+)"/g);
    expect([words.length, metrics.length]).toEqual([6, 4]);
    expect(queries.filter((query) => !/Log has "| Name == "/.test(query))).toEqual([]);
    const begins = (text = '') => source.includes(`'${text}`) || source.includes(`\`${text}`);
    expect(words.filter((text) => !begins(text))).toEqual([]);
    // Each statistic of the event loop is a metric.
    expect(metrics.filter((text) => !begins(text?.replace(/\.p99$/, '')))).toEqual([]);
    expect(
      found(/"([A-Z]+_?[A-Z_]+)"/g).filter(
        (code) => !/^PERSISTED_$/.test(code ?? '') && !source.includes(`  ${code}: `),
      ),
    ).toEqual([]);
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

    test("there is one probe of each kind, on the server's paths and port", async () => {
      expect(probes.map(({ type, httpGet }) => [type, httpGet.path])).toEqual([
        ['Startup', '/health/live'],
        ['Liveness', '/health/live'],
        ['Readiness', '/health/ready'],
      ]);
      for (const { httpGet } of probes) {
        expect((await api.app.fetch(`http://localhost${httpGet.path}`)).status).toBe(200);
        expect(httpGet.port).toBe(Number(filledVariablesOf('ca-events')['PORT']));
        expect(httpGet.port).toBe(app().configuration.ingress.targetPort);
      }
    });

    test("the probes stay within the platform's limits", () => {
      for (const probe of probes) {
        expect(probe.failureThreshold).toBeLessThanOrEqual(10);
        expect(probe.periodSeconds).toBeLessThanOrEqual(240);
        expect(probe.timeoutSeconds).toBeLessThanOrEqual(probe.periodSeconds);
      }
    });

    test('the probes wait longer than the server waits for its database', () => {
      const probeMs = constantOf('db/pool/probe.ts', 'probeMs');
      for (const { type, timeoutSeconds } of probes) {
        expect(timeoutSeconds * 1000).toBeGreaterThan(type === 'Readiness' ? probeMs : 0);
      }
    });
  });
});

const sources = new URL('../../src/', import.meta.url);

function only<T>(found: readonly T[]): T {
  const [first] = found;
  if (!first || found.length > 1) throw new Error(`There are ${found.length}, not one`);
  return first;
}

/** Fills in a value that Azure chooses, if it is one of these. */
function fill(value: string): string {
  const [, property = ''] = /^\[reference\(.*\)\.(\w+)\]$/.exec(value) ?? [];
  return told[property] ?? value;
}

/** Reads a constant of the server from its source, because no code but the server needs it. */
function constantOf(path: string, name: string): number {
  const source = readFileSync(new URL(path, sources), 'utf8');
  const [, value] = new RegExp(`const ${name} = ([\\d_]+);`).exec(source) ?? [];
  return Number(value?.replaceAll('_', ''));
}
