import type { Catalog } from '../../catalog/catalog.ts';
import type { Bucket } from '../../db/sql/bucket.ts';
import { keyName } from '../../db/sql/grouping.ts';
import { asJsonb, atPath } from '../../db/sql/json.ts';
import { matchesRow } from '../../db/sql/match.ts';
import { alias, columnRef, from } from '../../db/sql/select.ts';
import { ident, join, type Sql, sql } from '../../db/sql/sql.ts';
import { badInput, required } from '../../errors.ts';
import { givenIn } from '../given.ts';
import { readTimes } from './bucket.ts';
import { documentKey, type KeyNames, pathTo } from './key.ts';
import { partPath } from './parts.ts';
import { inputName, type Shape, type ShapeColumn, type Shapes } from './shape.ts';

/** The keys and buckets that make the groups. */
export interface Groups {
  readonly keys: readonly Sql[];
  readonly names: KeyNames;
  /** Joins of the related rows whose columns are keys. */
  readonly joins: Sql;
  readonly bucket: Bucket | null;
  readonly times: GroupedTimes | null;
}

/** The time column that groups rows, with its API name and the time zone. */
export interface GroupedTimes {
  readonly column: readonly [string, ShapeColumn];
  readonly timeZone: string;
}

/** Returns the name of a column or relation in the `groupBy` input, which also has the field `columns`. */
export const groupByName = (shape: Shape, field: string): string => inputName(shape, field, ['columns']);

/** The catalog, and the shapes of its tables. */
interface Tables {
  readonly catalog: Catalog;
  readonly shapes: Shapes;
}

/** Maximum number of keys: PostgreSQL compares each of them with all others. */
const maxKeys = 500;

/**
 * Reads `groupBy`; the filter bounds the buckets to fill. Throws BAD_USER_INPUT for nulls, invalid buckets and too many
 * keys.
 */
export function readGroups(tables: Tables, shape: Shape, groupBy: unknown, where: unknown): Groups {
  const found: Found = { keys: new Map(), joins: [], times: [] };
  collect(tables, { shape, rows: alias, relations: [] }, groupBy, found);
  const [times, other] = found.times;
  if (times && other) throw badInput(`groupBy has buckets of ${times[0]} and of ${other[0]}; give only one of them`);
  const read = times && readTimes(...times, where);
  for (const [part, expression] of read?.parts ?? []) found.keys.set(partPath(part), expression);
  if (found.keys.size > maxKeys) throw badInput(`groupBy has ${found.keys.size} keys; give at most ${maxKeys}`);
  return {
    keys: [...found.keys.values()],
    names: new Map([...found.keys.keys()].map((path, i) => [path, keyName(i)])),
    joins: join(found.joins, ' '),
    bucket: read?.bucket ?? null,
    times: times && read ? { column: [times[0], times[1]], timeZone: read.timeZone } : null,
  };
}

interface Found {
  readonly keys: Map<string, Sql>;
  readonly joins: Sql[];
  /** Time columns by API name, with their inputs. */
  readonly times: (readonly [string, ShapeColumn, unknown])[];
}

/** The rows whose columns an input names: their alias, and the relations that lead to them. */
interface Reached {
  readonly shape: Shape;
  readonly rows: string;
  readonly relations: readonly string[];
}

/** Collects the keys that an input names. */
function collect(tables: Tables, of: Reached, input: unknown, found: Found): void {
  const { shape, rows, relations } = of;
  for (const [field, value] of givenIn('groupBy', input)) {
    const isCalled = ([name]: readonly [string, unknown]) => groupByName(shape, name) === field;
    const document = [...shape.documents].find(isCalled);
    const times = [...shape.parted].find(isCalled);
    if (field === 'columns') collectColumns(of, value as readonly string[], found);
    else if (document) {
      const [name, { column }] = document;
      for (const path of value as readonly (readonly string[])[])
        found.keys.set(pathTo(...relations, documentKey(name, path)), atPath(asJsonb(columnRef(column, rows)), path));
    } else if (times && relations.length > 0)
      throw badInput(
        `groupBy: ${pathTo(...relations, field)} is a time of related rows; only times of the rows themselves make buckets`,
      );
    else if (times) found.times.push([...times, value]);
    else collectRelated(tables, of, [...shape.relations].find(isCalled)?.[0] ?? field, value, found);
  }
}

function collectColumns({ shape, rows, relations }: Reached, names: readonly string[], { keys }: Found): void {
  for (const name of names) {
    const [path, of] = [...shape.groupable].find(([, { column }]) => column.name === name) ?? [];
    if (path !== undefined && of) keys.set(pathTo(...relations, path), columnRef(of.column, rows));
  }
}

/** Joins the row that a relation leads to, and collects the keys among its columns. */
function collectRelated(tables: Tables, of: Reached, relation: string, input: unknown, found: Found): void {
  const { catalog, shapes } = tables;
  const match = required(of.shape.relations, relation);
  const rows = `j${found.joins.length}`;
  found.joins.push(sql`left join ${from(catalog, match.table)} ${ident(rows)} on ${matchesRow(match, of.rows, rows)}`);
  const related = { shape: shapes.of(match.table.name), rows, relations: [...of.relations, relation] };
  collect(tables, related, input, found);
}
