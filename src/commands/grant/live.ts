import { createNoticeFunction, createNoticeTrigger } from '../../db/sql/notice.ts';
import { type Change, changesIn, quoted } from './change.ts';
import type { ContentsState } from './contentsState.ts';
import { byOwner, count } from './relations.ts';
import type { RoleSpec } from './roleSpec.ts';

/** Plans the triggers by which tables with live tails send notices of new rows, which saves polling. */
export function liveChanges(
  { database, schema, hasNotices, tables }: ContentsState,
  spec: RoleSpec,
): readonly Change[] {
  if (!schema) return [];
  const change = changesIn(database);
  const followed = tables.filter(({ arrives }) => arrives);
  return [
    change(
      `a function in ${quoted(spec.schema)} that announces new rows`,
      schema.owner,
      hasNotices ? [] : [createNoticeFunction(spec.schema)],
    ),
    ...byOwner(followed).map(([owner, owned]) =>
      change(
        `triggers that announce new rows on ${count(owned, 'TABLE')} of ${quoted(owner)}`,
        owner,
        owned.filter(({ notifies }) => !notifies).map(({ name }) => createNoticeTrigger(spec.schema, name)),
      ),
    ),
  ].map((one) => ({ ...one, isOptional: true }));
}
