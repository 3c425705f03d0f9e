import pg from 'pg';
import { type Json, merged } from '../support/mergePatch.ts';
import type { Cell } from './conditions.ts';
import type { ModelColumn } from './model.ts';

/** A change relative to a column's value: the API's operator, its argument, and what the column is then set to in SQL. */
export interface Change {
  readonly operator: string;
  readonly argument: unknown;
  readonly sql: string;
}

const literal = pg.escapeLiteral;

/** Makes the changes of a column that has one value by another value of its type. */
export function changesOf({ name, type }: ModelColumn, now: Cell | null, { text, shown }: Cell): readonly Change[] {
  const c = `${pg.escapeIdentifier(name)}::${type.base}`;
  const change = (operator: string, sql: string, argument: unknown = shown): Change => ({ operator, argument, sql });
  if (type.isList) {
    const v = `${literal(text)}::${type.base}`;
    const isKept = type.form === '' ? `(x = any (${v})) is not true` : null;
    return [
      change('append', `array_cat(${c}, ${v})`),
      change('prepend', `array_cat(${v}, ${c})`),
      ...(isKept
        ? [
            change(
              'remove',
              `case when num_nulls(${c}) = 0 then array(
                select x from (select unnest(${c}) as x) items where ${isKept}) end`,
            ),
          ]
        : []),
    ];
  }
  if (type.scalar === 'JSON') {
    const patch = { ...(shown as object), gone: null, kept: { deep: [1, null] } };
    const value = merged((now?.shown ?? undefined) as Json | undefined, patch as Json);
    return [change('merge', `${literal(JSON.stringify(value))}::${type.base}`, patch)];
  }
  const v = literal(String(shown));
  return [
    change('increment', `coalesce(${c} + ${v}::${type.base}, ${v}::${type.base})`),
    change('append', `coalesce(${c}::text || ${v}, ${v})`),
    change('prepend', `coalesce(${v} || ${c}::text, ${v})`),
  ];
}
