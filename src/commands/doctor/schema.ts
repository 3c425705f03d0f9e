import pg from 'pg';
import { nothingShown, nothingToRead } from '../../api/api.ts';
import type { Table } from '../../catalog/catalog.ts';
import { applyDirectives, isExposed } from '../../catalog/directives.ts';
import type { Config } from '../../config/config.ts';
import type { Db } from '../../db/db.ts';
import { type Emptiness, readEmptiness } from '../../db/introspect/emptiness.ts';
import { introspect } from '../../db/introspect/introspect.ts';
import { extensionOf } from '../../db/sql/extension.ts';
import { eq, gt, sql } from '../../db/sql/sql.ts';
import { importExtensions } from '../../schema/extensions/folder.ts';
import { createSchema } from '../../schema/schema.ts';
import { failed, type Outcome, ok, warning } from './finding.ts';
import { functionLines } from './functions.ts';

/** Builds the API as the server does, and lists what it shows, what it does not show, and why. */
export async function checkSchema(
  db: Db,
  user: string,
  { schema, limits, extensions: folder }: Pick<Config, 'schema' | 'limits' | 'extensions'>,
): Promise<Outcome> {
  const { catalog } = await introspect(db, schema);
  const relations = await readRelations(db, schema);
  if (catalog.tables.length === 0) {
    const emptiness = await readEmptiness(db, schema);
    return {
      ...failed(nothingToRead(schema, emptiness).message, emptyRemedy(schema, emptiness)),
      details: hidden(relations, user),
    };
  }
  const wrong: string[] = [];
  const directed = applyDirectives(catalog, (message) => void wrong.push(message));
  if (directed.catalog.tables.length === 0)
    return { ...failed(nothingShown(schema).message), details: [...hidden(relations, user), ...wrong] };
  const leftOut: string[] = [];
  const extensions = await importExtensions(folder === null ? [] : [folder]);
  createSchema(directed, { limits, extensions, warn: (message) => void leftOut.push(message) });
  const shown = new Map(directed.catalog.tables.map((table) => [table.name, table]));
  const details = [
    ...relations.filter(({ name }) => shown.has(name)).map((relation) => shownLine(relation, shown.get(relation.name))),
    ...hidden(
      relations.filter(({ name }) => !shown.has(name)),
      user,
    ),
    ...(await functionLines(db, schema, user, directed.catalog.functions)),
    ...unusableLines(directed.catalog.tables, user),
    ...leftOut,
    ...wrong,
  ];
  const found = `"${schema}" shows ${shown.size} of ${relations.length} tables and views`;
  if (wrong.length === 0) return ok(found, details);
  return {
    ...warning(found, 'Correct the comments named in the last lines; docs/directives.md explains directives'),
    details,
  };
}

interface Relation extends Pick<Table, 'extension' | 'comment'> {
  readonly name: string;
  /** Quoted and qualified name. */
  readonly sql: string;
  readonly columns: number;
  readonly unreadable: readonly string[];
}

/** Reads everything in the schema that could become a type, readable by the role or not. */
async function readRelations(db: Db, schema: string): Promise<readonly Relation[]> {
  const rows = await db.rows(sql`
    select c.relname as name, pg_catalog.format('%I.%I', n.nspname, c.relname) as sql, pg_catalog.count(a.attnum)::pg_catalog.text as columns,
      ${extensionOf('pg_class', sql`c.oid`)} as extension, pg_catalog.obj_description(c.oid, 'pg_class') as comment,
      pg_catalog.to_json(coalesce(pg_catalog.array_agg(a.attname order by a.attnum)
        filter (where not pg_catalog.has_column_privilege(c.oid, a.attnum, 'select')), '{}'))::pg_catalog.text as unreadable
    from pg_catalog.pg_namespace n join pg_catalog.pg_class c on c.relnamespace ${eq} n.oid
    left join pg_catalog.pg_attribute a on a.attrelid ${eq} c.oid and a.attnum ${gt} 0 and not a.attisdropped
    where n.nspname ${eq} ${schema} and c.relkind ${eq} any ('{r,p,v,m,f}') and not c.relispartition
    group by n.nspname, c.oid, c.relname order by c.relname collate pg_catalog."C"`);
  return rows.map((row) => ({
    name: row['name'] ?? '',
    sql: row['sql'] ?? '',
    extension: row['extension'] ?? null,
    comment: row['comment'] ?? null,
    columns: Number(row['columns']),
    unreadable: JSON.parse(row['unreadable'] ?? '[]') as string[],
  }));
}

/** Describes how an extension distributes the rows of a table. */
function distributionOf({ distribution }: Table): string {
  if (!distribution) return '';
  if (distribution.by === 'timescaledb') return `, a hypertable${distribution.isCompressed ? ' with compression' : ''}`;
  return distribution.column === null
    ? ', complete on each node of the cluster'
    : `, distributed by ${distribution.column}`;
}

function shownLine({ name, columns, unreadable }: Relation, table: Table | undefined): string {
  const shown = table?.columns.length ?? 0;
  const distribution = table ? distributionOf(table) : '';
  if (shown === columns) return `${name}: shown${distribution}`;
  const omitted = columns - unreadable.length - shown;
  const missing = [
    ...(unreadable.length > 0 ? [`no SELECT on ${unreadable.join(', ')}`] : []),
    ...(omitted > 0 ? [`${omitted} omitted because of their comment`] : []),
  ];
  return `${name}: shown with ${shown} of ${columns} columns${distribution} (${missing.join('; ')})`;
}

/** Lists columns whose values can be read but not compared, so that no filter, order or write can use them. */
const unusableLines = (tables: readonly Table[], user: string): readonly string[] =>
  tables.flatMap(({ name, columns }) =>
    columns
      .filter(({ type }) => !type.isUsable)
      .map(({ name: column, type }) => {
        const schemas = type.lacking.join(', ');
        const remedy =
          schemas === ''
            ? `no EXECUTE on the functions behind the operators of ${type.sql}`
            : `no USAGE on the schema of its type. To grant it: GRANT USAGE ON SCHEMA ${schemas} TO ${pg.escapeIdentifier(user)};`;
        return `${name}.${column}: shown, but cannot be filtered, sorted or written: ${remedy}`;
      }),
  );

const hidden = (relations: readonly Relation[], user: string): readonly string[] =>
  relations.map((relation) => {
    const { name, sql: table, columns, unreadable, extension } = relation;
    if (!isExposed(relation))
      return `${name}: not shown, because it belongs to the extension ${extension}. To show it, add @expose to its comment`;
    if (columns === 0) return `${name}: not shown, because it has no columns`;
    if (unreadable.length < columns)
      return `${name}: not shown, because its comment, or the comment of each column, has @omit`;
    return `${name}: not shown, because the role has no SELECT. To grant it: GRANT SELECT ON ${table} TO ${pg.escapeIdentifier(user)};`;
  });

/** Returns the remedy for a schema with nothing to read. */
function emptyRemedy(schema: string, { cause, database, role }: Emptiness): string {
  const name = pg.escapeIdentifier(schema);
  const grantee = pg.escapeIdentifier(role);
  if (cause === 'missing')
    return `There is no schema ${name} in the database ${database}: set EVENTS_SCHEMA or PGDATABASE, or create it`;
  const select = `GRANT SELECT ON ALL TABLES IN SCHEMA ${name} TO ${grantee};`;
  const grants = cause === 'no table' ? select : `GRANT USAGE ON SCHEMA ${name} TO ${grantee}; ${select}`;
  return `As the owner: ${grants} (events-graphql grant does this, for future tables too)`;
}
