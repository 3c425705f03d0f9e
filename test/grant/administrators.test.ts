import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { grant } from '../../src/commands/grant/command.ts';
import { type AdministeredServer, job, person, startAdministeredServer } from '../support/administrators.ts';
import { admin } from '../support/ownServer.ts';
import { buildLabelProvider, strictPgaadauth } from './pgaadauth.ts';

const objectId = '1b4e28ba-2fa1-11d2-883f-0016d3cca427';

const versions = [
  { version: 18, native: undefined },
  { version: 15, native: '/usr/lib/postgresql/15' },
];
const isCompiled = spawnSync('cc', ['--version']).status === 0;
if (!isCompiled) console.warn('Skipped: roles made by SECURITY LABEL, since there is no cc');

describe.each(versions)('two administrators on PostgreSQL $version', ({ version, native }) => {
  const isAbsent = native !== undefined && !existsSync(native);
  if (isAbsent) console.warn(`Skipped on PostgreSQL ${version}: there is no ${native}`);
  let server: AdministeredServer;
  let folder: string;

  beforeAll(async () => {
    if (isAbsent) return;
    server = await startAdministeredServer(native);
    folder = await mkdtemp(join(tmpdir(), 'administrators-'));
    await chmod(folder, 0o755);
    await admin(server, strictPgaadauth.join(';'));
  });
  afterAll(async () => {
    await server?.stop();
    if (folder) await rm(folder, { recursive: true });
  });
  beforeEach(async (context) => {
    if (isAbsent) return context.skip(`there is no ${native}`);
    await admin(server, 'ALTER DATABASE postgres RESET session_preload_libraries');
    await server.createDatabase();
    for (const { rolname } of await admin(server, `SELECT rolname FROM pg_roles WHERE rolname ~ '^(app|people)'`)) {
      await admin(server, `DROP ROLE ${pg.escapeIdentifier(String(rolname))}`);
    }
  });

  async function run(user: string, ...args: readonly string[]) {
    const out: string[] = [];
    const print = (text: string) => void out.push(text);
    const code = await grant(server.variablesOf(user), args, { out: print, err: print });
    return { code, out: out.join(''), lines: out.join('').split('\n') };
  }
  const forApp = ['--role', 'app', '--object-id', objectId];

  const read = async () => {
    await admin(server, `ALTER ROLE app PASSWORD 'secret'`);
    return await server.as('app', 'SELECT * FROM events.device');
  };

  test('one administrator can grant on shared tables of the other, and on future ones', async () => {
    await server.as(person, 'SET ROLE azure_pg_admin; CREATE SCHEMA events; CREATE TABLE events.site (id int)');
    const { code, out } = await run(job, ...forApp);
    expect([code, out]).toEqual([0, expect.stringContaining('SELECT on the tables that "azure_pg_admin" creates')]);
    await server.as(person, 'SET ROLE azure_pg_admin; CREATE TABLE events.device (id int)');
    expect(await read()).toEqual([]);
  });

  test('an owner hands over personal tables with one statement', async () => {
    await server.as(person, 'CREATE SCHEMA events; CREATE TABLE events.device (id int)');
    const first = await run(job, ...forApp);
    expect(first.code).toBe(1);
    expect(first.lines).toContain(
      `not done       SELECT on 1 table of "${person}" (permission denied for schema events)`,
    );
    expect(first.lines).toContain(
      `or instead, once, for everything that "${person}" owns in this database, before grant is run again:`,
    );
    const statement = `REASSIGN OWNED BY "${person}" TO "azure_pg_admin";`;
    expect(first.lines).toContain(`  ${statement}`);
    await server.as(person, statement);
    expect((await run(job, ...forApp)).code).toBe(0);
    expect(await read()).toEqual([]);
  });

  test('personal tables can also be granted with the printed statements', async () => {
    await server.as(person, 'CREATE SCHEMA events; CREATE TABLE events.device (id int)');
    const { out } = await run(job, ...forApp);
    const [, statements = ''] = out.split('must run:\n');
    await server.as(person, statements.split('or instead')[0] ?? '');
    expect((await run(job, ...forApp)).code).toBe(0);
    expect(await read()).toEqual([]);
  });

  test('optional changes may remain undone', async () => {
    await server.as(person, 'SET ROLE azure_pg_admin; CREATE SCHEMA events; CREATE TABLE events.device (id int)');
    const { code, lines } = await run(job, ...forApp);
    expect(code).toBe(0);
    // Before version 16, a role that may create roles may alter all of them.
    const undone = lines.filter((line) => line.startsWith('not done'));
    expect(undone).toHaveLength(version < 16 ? 0 : 2);
    expect(lines.includes('The app also runs without these changes.')).toBe(version >= 16);
    expect(await read()).toEqual([]);
  });

  test('from version 16 on, only the administrator who created a role can drop it', async (context) => {
    if (version < 16) return context.skip('any administrator can');
    await server.as(person, 'SET ROLE azure_pg_admin; CREATE SCHEMA events; CREATE TABLE events.device (id int)');
    await run(person, '--role', 'app', '--plain');
    const { code, out, lines } = await run(job, '--role', 'app', '--revoke');
    expect(code).toBe(1);
    const undone = lines.filter((line) => line.startsWith('not done'));
    expect(undone).toEqual([expect.stringContaining('no login as "app"'), expect.stringContaining('no role "app"')]);
    const [, statements = ''] = out.split(
      'An administrator who may alter the role (from PostgreSQL 16 on, with ADMIN OPTION on it, as its creator has), in the database "postgres", must run:\n',
    );
    expect(statements).toBe('  ALTER ROLE "app" NOLOGIN;\n  DROP ROLE "app";\n');
    expect((await run(person, '--role', 'app', '--revoke')).code).toBe(0);
  });

  test('a function that its owner granted may stay open to PUBLIC', async () => {
    await server.as(person, 'SET ROLE azure_pg_admin; CREATE SCHEMA events; CREATE TABLE events.device (id int)');
    await server.as(person, `CREATE FUNCTION events.one() RETURNS int LANGUAGE sql STABLE AS 'select 1'`);
    expect((await run(job, ...forApp)).code).toBe(1);
    await server.as(person, 'GRANT EXECUTE ON FUNCTION events.one TO app');
    const { code, out } = await run(job, ...forApp);
    expect([code, out]).toEqual([0, expect.stringContaining('REVOKE EXECUTE ON FUNCTION "events".one() FROM PUBLIC')]);
  });

  test.skipIf(!isCompiled)('a role may be altered by the administrator who created and labelled it', async () => {
    const library = await buildLabelProvider(folder, version);
    await admin(server, `ALTER DATABASE postgres SET session_preload_libraries = '${library}'`);
    await server.as(person, 'SET ROLE azure_pg_admin; CREATE SCHEMA events; CREATE TABLE events.device (id int)');
    const { code, out, lines } = await run(job, ...forApp);
    expect([code, lines.filter((line) => line.startsWith('not done'))], out).toEqual([0, []]);
    const label = { provider: 'pgaadauth', label: `aadauth,oid=${objectId},type=service` };
    expect(await admin(server, 'SELECT provider, label FROM pg_shseclabel')).toEqual([label]);
    // The other administrator finds everything in place, and needs no right over the role for that.
    expect((await run(person, ...forApp)).lines.filter((line) => /^(changed|not done)/.test(line))).toEqual([]);
  });

  test.each([
    ['aadauth', 'type=service,oid=OID,tenant_id=3f0b1c52-6f5e-4c39-9d0e-1f8a5a6c7d11'],
    ['aadauth,oid=OID', null],
    ['aadauth,oid=OID', 'type=service,oid=OID,tenant_id=3f0b1c52-6f5e-4c39-9d0e-1f8a5a6c7d11'],
    ['aadauth,oid=OID,type=service,admin', null],
  ])('a role labelled %s and %s is this identity’s', async (label, internal) => {
    await server.as(person, 'SET ROLE azure_pg_admin; CREATE SCHEMA events');
    await admin(server, 'CREATE ROLE app LOGIN');
    for (const [provider, text] of Object.entries({ pgaadauth: label, 'pgaadauth-int': internal })) {
      if (text === null) continue;
      const row = `SELECT oid, 'pg_authid'::regclass, '${provider}', '${text.replace('OID', objectId)}' FROM pg_roles WHERE rolname = 'app'`;
      await admin(server, `SET allow_system_table_mods = on; INSERT INTO pg_shseclabel ${row}`);
    }
    const { lines } = await run(job, ...forApp);
    expect(lines[0]).toBe(`already right  role "app" for the principal ${objectId}`);
    const other = '6fa459ea-ee8a-3ca4-894e-db77e160355e';
    expect((await run(job, '--role', 'app', '--object-id', other)).code).toBe(1);
    await admin(server, 'SET allow_system_table_mods = on; DELETE FROM pg_shseclabel');
  });

  test.each([
    ['user', 'app_guest.example#EXT#@tenant.onmicrosoft.com'],
    ['group', 'people of "events"'],
  ])('a %s gets a role too', async (type, role) => {
    await server.as(person, 'SET ROLE azure_pg_admin; CREATE SCHEMA events; CREATE TABLE events.device (id int)');
    const args = ['--role', role, '--object-id', objectId, '--type', type];
    expect((await run(job, ...args)).code).toBe(0);
    expect(await admin(server, 'SELECT rolname, principaltype FROM pgaadauth_list_principals(false)')).toContainEqual({
      rolname: role,
      principaltype: type,
    });
    expect((await run(job, ...args)).lines[0]).toMatch(/^already right/);
  });
});
