import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { IDeployment } from 'kubernetes-models/apps/v1';
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1';
import type { IConfigMap, IService, IServiceAccount } from 'kubernetes-models/v1';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config/config.ts';
import { variables } from '../../src/config/variables.ts';
import { readStore } from '../../src/documents/store.ts';
import { createTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { type Manifest, objectionsTo, readManifests, unknownNamesIn } from './kubernetes/manifests.ts';

const manifests = readManifests(fileURLToPath(new URL('../../examples/aks', import.meta.url)));
const find = <T>(kind: string) => manifests.find((manifest) => manifest.kind === kind) as T;
const deployment = find<IDeployment>('Deployment');
const pod = deployment.spec?.template.spec;
const labels = deployment.spec?.template.metadata?.labels;
const container = pod?.containers[0];

describe('the manifests', () => {
  test.each(manifests)('$kind fits the schema of its kind', async (manifest) => {
    expect(await objectionsTo(manifest)).toBeUndefined();
  });

  test('the manifests have no field that Kubernetes does not know', async () => {
    expect(await unknownNamesIn(manifests)).toBe('');
  });

  test('a wrong name, type or kind in a manifest is found', async () => {
    const right = find<Manifest>('Deployment');
    expect(await unknownNamesIn([{ ...right, sepc: {} }])).toContain('"sepc"');
    expect(await unknownNamesIn([{ ...right, spec: { ...deployment.spec, replica: 2 } }])).toContain('"replica"');
    expect(await objectionsTo({ ...right, spec: { ...deployment.spec, replicas: 'x' } })).toContain('replicas');
    expect(await objectionsTo({ apiVersion: 'v1', kind: 'Deployment' })).toBe('v1 has no Deployment');
  });

  test('the manifests refer to each other', () => {
    const { name: port, containerPort } = container?.ports?.[0] ?? {};
    const service = find<IService>('Service').spec;
    const policy = find<INetworkPolicy>('NetworkPolicy').spec;
    const account = find<IServiceAccount>('ServiceAccount').metadata?.name;
    const selectors = [
      deployment.spec?.selector.matchLabels,
      service?.selector,
      find<IPodDisruptionBudget>('PodDisruptionBudget').spec?.selector?.matchLabels,
      policy?.podSelector?.matchLabels,
      ...(pod?.topologySpreadConstraints ?? []).map(({ labelSelector }) => labelSelector?.matchLabels),
    ];
    for (const selector of selectors) {
      expect(selector).not.toEqual({});
      expect(labels).toMatchObject(selector ?? { missing: 'selector' });
    }
    expect(service?.ports?.[0]?.targetPort).toBe(port);
    expect(policy?.ingress?.[0]?.ports?.[0]?.port).toBe(port);
    expect(containerPort).toBe(4000);
    expect(pod?.serviceAccountName).toBe(account);
    expect(pod?.volumes?.[0]?.configMap?.name).toBe(find<IConfigMap>('ConfigMap').metadata?.name);
    expect(pod?.volumes?.[0]?.name).toBe(container?.volumeMounts?.[0]?.name);
  });
});

describe('the deployment', () => {
  const settings = Object.fromEntries((container?.env ?? []).map(({ name, value }) => [name, value ?? '']));
  // Azure's library reads this variable, not the server.
  const { AZURE_TOKEN_CREDENTIALS: credential, ...read } = settings;

  test('the deployment sets what the server reads, and all that it requires in production', () => {
    expect(Object.keys(read).filter((name) => !(name in variables.shape))).toEqual([]);
    expect(readConfig(read)).toMatchObject({
      production: true,
      port: 4000,
      maxReplicas: deployment.spec?.replicas,
      database: { password: { kind: 'default-credential' } },
      documents: { paths: [container?.volumeMounts?.[0]?.mountPath] },
    });
  });

  test('the deployment logs in by workload identity alone', () => {
    expect(credential).toBe('WorkloadIdentityCredential');
    expect(labels).toMatchObject({ 'azure.workload.identity/use': 'true' });
    expect(find<IServiceAccount>('ServiceAccount').metadata?.annotations).toHaveProperty([
      'azure.workload.identity/client-id',
    ]);
  });

  test('the deployment gives the server as much time to drain as the Bicep template', async () => {
    const bicep = await readFile(new URL('../../infra/bicep/modules/app.bicep', import.meta.url), 'utf8');
    expect(bicep).toContain(`terminationGracePeriodSeconds: ${pod?.terminationGracePeriodSeconds}\n`);
  });
});

describe('the server', () => {
  let database: TestDatabase;
  let api: TestApi;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'documents-'));
    const files = Object.entries(find<IConfigMap>('ConfigMap').data ?? {});
    await Promise.all(files.map(([name, text]) => writeFile(join(folder, name), text)));
    database = await createDatabase();
    api = await createTestApi(database.connection);
  });

  afterAll(async () => {
    await api.close();
    await database.drop();
    await rm(folder, { recursive: true });
  });

  test('the server has the paths that the probes request', async () => {
    for (const probe of [container?.startupProbe, container?.livenessProbe, container?.readinessProbe]) {
      expect((await api.app.fetch(`http://localhost${probe?.httpGet?.path}`)).status).toBe(200);
    }
  });

  test('the server runs the documents', async () => {
    const { store, problems } = await readStore([folder]);
    expect(problems).toEqual([]);
    expect(store.all.flatMap(({ ids }) => ids)).toEqual(['NewestDevices']);
    for (const { text } of store.all) expect(await api.query(text)).toHaveProperty('devices.nodes');
  });
});
