import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/**
 * Returns stand-ins for functions of Azure's PostgreSQL, with the same names and signatures. They write the role's
 * label to the catalog directly, because a server without a label provider rejects SECURITY LABEL. Whether the real
 * function gives its caller the right to alter the role is not documented: `maker` is what it does in addition. Source:
 * Microsoft Learn, "Manage Microsoft Entra roles in Azure Database for PostgreSQL".
 */
const functions = (maker: string): readonly string[] => [
  'SET allow_system_table_mods = on',
  `CREATE FUNCTION pg_catalog.pgaadauth_create_principal_with_oid(
     "roleName" text, "objectId" text, "objectType" text, "isAdmin" boolean, "isMfa" boolean)
     RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET allow_system_table_mods = on AS $$
   BEGIN
     EXECUTE format('CREATE ROLE %I LOGIN', "roleName");
     ${maker}
     INSERT INTO pg_shseclabel SELECT oid, 'pg_authid'::regclass, 'pgaadauth',
       'aadauth,oid=' || "objectId" || ',type=' || "objectType" FROM pg_authid WHERE rolname = "roleName";
     RETURN 'Created role for "' || "roleName" || '"';
   END $$`,
  `CREATE FUNCTION pg_catalog.pgaadauth_list_principals("isAdminValue" boolean)
     RETURNS TABLE (rolname name, principaltype text, objectid text, tenantid text, ismfa int, isadmin int)
     LANGUAGE sql AS $$
   SELECT r.rolname, substring(l.label FROM 'type=(\\w+)'), substring(l.label FROM 'oid=([^,]+)'), '', 0, 0
   FROM pg_shseclabel l JOIN pg_authid r ON r.oid = l.objoid WHERE l.provider = 'pgaadauth' $$`,
];

export const pgaadauth = functions(
  `EXECUTE format('GRANT %I TO %I WITH ADMIN TRUE, INHERIT FALSE, SET FALSE', "roleName", session_user);`,
);

/** A pgaadauth that gives its caller no right over the role. */
export const strictPgaadauth = functions('');

/** Builds a label provider for a major version, which SECURITY LABEL needs; the server loads the file. */
export async function buildLabelProvider(folder: string, version: number): Promise<string> {
  const library = join(folder, 'labels.so');
  const source = new URL('labels.c', import.meta.url).pathname;
  await promisify(execFile)('cc', ['-shared', '-fPIC', `-DVERSION=${version}`, '-o', library, source]);
  return library;
}
