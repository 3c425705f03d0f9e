import { ifJsonType } from '../../db/sql/json.ts';
import { join, own, type Sql, sql } from '../../db/sql/sql.ts';
import { badInput } from '../../errors.ts';
import { parseJson } from '../json.ts';

/** Maximum number of objects in a patch, since each becomes part of the statement. */
const maxObjects = 100;

/**
 * Applies a merge patch (RFC 7396) to a document: a null removes its key, an object is merged into the existing value,
 * and any other value replaces it.
 */
export function mergePatch(document: Sql, patch: string): Sql {
  let objects = 0;
  const merge = (target: Sql, value: object): Sql => {
    if (++objects > maxObjects) throw badInput(`merge: the patch may have at most ${maxObjects} objects`);
    const entries = Object.entries(value);
    const removed = entries.filter(([, one]) => one === null).map(([key]) => key);
    const set = Object.fromEntries(entries.filter(([, one]) => one !== null && !isObject(one)));
    const merged = entries.flatMap(([key, one]) => {
      if (!isObject(one)) return [];
      const within = merge(sql`(${target} ${own('->')} ${key}::pg_catalog.text)`, one);
      return [sql`${own('||')} pg_catalog.jsonb_build_object(${key}::pg_catalog.text, ${within})`];
    });
    const old = sql`coalesce(${ifJsonType(target, 'object', target)}, '{}')`;
    const plain = sql`(${old} ${own('-')} ${removed}::pg_catalog.text[]) ${own('||')} ${JSON.stringify(set)}::pg_catalog.jsonb`;
    return sql`(${join([plain, ...merged], ' ')})`;
  };
  const value = parseJson(patch);
  return isObject(value) ? merge(sql`(${document})`, value) : sql`${patch}::pg_catalog.jsonb`;
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value);
