/**
 * Stands in for what Azure's PostgreSQL has in its database `postgres`: functions of the same names and signatures. Its
 * label is written to the catalog directly, since SECURITY LABEL needs a provider that is written in C.
 * Source: Microsoft Learn, "Manage Microsoft Entra roles in Azure Database for PostgreSQL".
 */
export const pgaadauth: readonly string[] = [
  'SET allow_system_table_mods = on',
  `CREATE FUNCTION pg_catalog.pgaadauth_create_principal_with_oid(
     "roleName" text, "objectId" text, "objectType" text, "isAdmin" boolean, "isMfa" boolean)
     RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET allow_system_table_mods = on AS $$
   BEGIN
     EXECUTE format('CREATE ROLE %I LOGIN', "roleName");
     EXECUTE format('GRANT %I TO %I WITH ADMIN TRUE, INHERIT FALSE, SET FALSE', "roleName", session_user);
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
