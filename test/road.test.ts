import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { strictPgaadauth } from './grant/pgaadauth.ts';
import { type Answer, run } from './infra/scripts.ts';
import { type AdministeredServer, job, person, startAdministeredServer } from './support/administrators.ts';
import { readImageSettings } from './support/image.ts';
import { audience, createIssuer, type Issuer, tenantId } from './support/issuer.ts';
import { admin } from './support/ownServer.ts';
import { get, type Place, portOf, post, startProgram } from './support/program.ts';

const objectId = '1b4e28ba-2fa1-11d2-883f-0016d3cca427';

let server: AdministeredServer;
let issuer: Issuer;
let folder: string;
let image: Place;
let environment: Readonly<Record<string, string>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'events-graphql-road-'));
  const script = new URL('../scripts/image.ts', import.meta.url).pathname;
  await promisify(execFile)(process.execPath, [script, folder]);
  const settings = await readImageSettings();
  environment = settings.environment;
  image = { command: [process.execPath, ...settings.args], cwd: folder };
  server = await startAdministeredServer();
  await server.createDatabase();
  await admin(server, strictPgaadauth.join(';'));
  issuer = await createIssuer();
});
afterAll(async () => {
  await issuer.end();
  await server.stop();
  await rm(folder, { recursive: true });
});

const start = (args: readonly string[], user: string, more: Readonly<Record<string, string>> = {}) =>
  startProgram(args, { ...environment, ...server.variablesOf(user), ...more }, image);

test('an empty server and a manifest in the folder lead to the answer of a document', async () => {
  // A front end's build leaves its manifest in the folder. The jobs create the schema and the role.
  const manifest = new URL('./documents/manifests/client-preset.json', import.meta.url);
  await cp(manifest, join(folder, 'documents/web.json'));
  const migrated = start(['migrate', 'sample/migrations'], job);
  expect(await migrated.ended, migrated.err()).toBe(0);
  const granted = start(['grant', '--role', 'events-app', '--object-id', objectId], job);
  expect(await granted.ended, granted.out()).toBe(0);
  // The other administrator continues, with the role that both share.
  await server.as(
    person,
    `SET ROLE azure_pg_admin;
     INSERT INTO events.site (code, name, latitude, longitude, opened_on) VALUES ('N', 'North', 60, 10, '2026-01-01');
     INSERT INTO events.device (site_id, serial, model) SELECT site_id, 'SN-1', 'G3' FROM events.site;
     CREATE TABLE events.alarm (alarm_id int PRIMARY KEY)`,
  );
  await admin(server, `ALTER ROLE "events-app" PASSWORD 'secret'`);
  const program = start([], 'events-app', {
    ...{ PORT: '0', HOST: '127.0.0.1', AUTH: 'entra', AUTH_TENANT_ID: tenantId, AUTH_AUDIENCE: audience },
    AUTH_AUTHORITY: issuer.authority,
    PERSISTED_DOCUMENTS: 'documents,sample/documents',
  });
  onTestFinished(() => void program.process.kill('SIGKILL'));
  const port = await portOf(program);
  await program.printed(/Built the API from the catalog/);
  expect((await program.printed(/"documents":\d+,"invalidDocuments":\d+/))[0]).toBe(
    '"documents":4,"invalidDocuments":0',
  );

  const ask = async (id: string, claims?: Parameters<Issuer['sign']>[0]) => {
    const response = await get(port, `/graphql/${id}`, { authorization: `Bearer ${await issuer.sign(claims)}` });
    return { status: response.status, body: await response.json() };
  };
  const grid = 'sha256:0634a78e6acd16b8631e7870274b0bd5d16dd5bb9a346dff9ca51f53ed427c7e';
  const device = { serial: 'SN-1', site: { name: 'North' } };
  expect(await ask(grid)).toMatchObject({
    status: 200,
    body: { data: { devices: { nodes: [device], totalCount: 1 } } },
  });
  expect(await ask('Devices')).toMatchObject({ body: { data: { devices: { nodes: [{ ...device, model: 'G3' }] } } } });
  expect(await ask('OpenIncidents')).toMatchObject({ body: { data: { incidents: { nodes: [] } } } });

  // This is the end of azd up: az is a stand-in, while the caller and the server are real.
  const url = `http://127.0.0.1:${port}/graphql`;
  const verify = (token: string, internal: boolean) => {
    const answers: Answer[] = [
      ['latestR', 'echo ca--1'],
      ['AUTH_AUDIENCE', `echo ${audience}`],
      ['PERSISTED_DOCUMENTS', 'echo documents,sample/documents'],
      ['get-access-token', `echo ${token}`],
      ['--yaml', `shift 10; cp "$1" '${join(folder, 'template.yaml')}'; echo x2`],
      ['job start', 'echo x1'],
      ['execution show', 'echo Succeeded'],
    ];
    const names = { AZURE_RESOURCE_GROUP: 'g', APP_NAME: 'ca', DOCTOR_JOB_NAME: 'job' };
    return run('hooks/verify.sh', { ...names, APP_URL: url, INTERNAL: String(internal) }, answers);
  };
  const answered = verify(await issuer.sign(), false);
  expect(answered.stdout, answered.stderr).toContain('the document Devices was answered');
  expect(verify(await issuer.sign({ roles: [] }), false).stderr).toContain('needs the role Events.Read');
  expect(verify('', true).status).toBe(0);
  const { command, args, env } = parse(await readFile(join(folder, 'template.yaml'), 'utf8')).containers[0];
  const execute = async (token: string) => {
    const variables = { [env[0].name]: env[0].value, [env[1].name]: token };
    return promisify(execFile)(process.execPath, [...command.slice(1), ...args], { env: variables });
  };
  expect((await execute(await issuer.sign())).stdout).toBe('200 answered\n');
  await expect(execute('none')).rejects.toMatchObject({ code: 1, stdout: expect.stringContaining('UNAUTHENTICATED') });

  // A request needs a token and a persisted document, and the API serves the table that was created later.
  expect((await get(port, `/graphql/${grid}`)).status).toBe(401);
  expect((await ask(grid, { roles: [] })).status).toBe(403);
  expect((await post(port, '{ __typename }')).status).toBe(401);
  program.process.kill('SIGTERM');
  expect(await program.ended).toBe(0);
  const schema = start(['schema'], 'events-app', { AUTH: 'none' });
  expect(await schema.ended, schema.err()).toBe(0);
  expect(schema.out()).toMatch(/^ {2}alarms\(/m);
});
