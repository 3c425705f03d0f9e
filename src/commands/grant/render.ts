import { ident, sql } from '../../db/sql/sql.ts';
import type { Failures } from './apply.ts';
import { type Change, quoted, sequentialMode, statement } from './change.ts';
import type { ContentsState } from './contentsState.ts';

/** The outcome of a change. */
export interface Result {
  readonly change: Change;
  readonly ending: 'changed' | 'already right' | 'not done';
}

/**
 * Compares what was to be done with what remains. A GRANT by somebody without the right to it is only a warning in
 * PostgreSQL.
 */
export function compare(before: readonly Change[], after: readonly Change[]): readonly Result[] {
  const left = new Map(after.filter(({ statements }) => statements.length > 0).map((change) => [change.what, change]));
  return before.map((change) => {
    if (change.statements.length === 0) return { change, ending: 'already right' };
    const still = left.get(change.what);
    return still ? { change: still, ending: 'not done' } : { change, ending: 'changed' };
  });
}

/** Formats a line for each change, and the statements that somebody else must run. */
export function changeLines(
  results: readonly Result[],
  failures: Failures,
  extras: readonly string[],
  database: ContentsState['database'],
): string {
  const lines = results.map(({ change, ending }) => {
    const said = failures.get(change.what);
    return `${ending.padEnd(13)}  ${change.what}${ending === 'not done' ? ` (${said ?? 'not permitted to grant it'})` : ''}`;
  });
  const kept = extras.map((extra) => `${'kept'.padEnd(13)}  ${extra}: not requested, and not revoked`);
  const todo = results.filter(({ ending }) => ending === 'not done').map(({ change }) => change);
  const byOwner = Map.groupBy(todo, heading);
  const sections = [...byOwner].flatMap(([title, changes]) => [
    '',
    `${title}, must run:`,
    ...changes.flatMap(({ statements }) => statements.map((text) => `  ${text}`)),
    ...handover(changes[0]?.owner, database),
  ]);
  const footer = todo.length > 0 && !isSomethingNeeded(results) ? ['', 'The app also runs without these changes.'] : [];
  return [...lines, ...kept, ...sections, ...footer].map((line) => `${line}\n`).join('');
}

/** Tells whether a missing change keeps the app from running. */
export const isSomethingNeeded = (results: readonly Result[]): boolean =>
  results.some(({ change, ending }) => ending === 'not done' && !change.isOptional);

/**
 * Returns the lines that tell how to hand an administrator's objects to the database's owner, a role of which all
 * administrators are members; they may not act for each other.
 */
function handover(owner: string | null | undefined, database: ContentsState['database']): readonly string[] {
  if (!owner || !database.isOurs || !database.otherOwners.includes(owner)) return [];
  return [
    `or instead, once, for everything that ${quoted(owner)} owns in this database, before grant is run again:`,
    `  ${statement(sql`REASSIGN OWNED BY ${ident(owner)} TO ${ident(database.owner)}`)}`,
  ];
}

/** Formats the remaining statements as a script, with comments that say who runs them in which database. */
export function asScript(changes: readonly Change[], { isCluster }: Pick<ContentsState, 'isCluster'>): string {
  const missing = changes.filter(({ statements }) => statements.length > 0);
  const groups = Map.groupBy(missing, heading);
  const lines = [
    ...changes.filter((change) => !missing.includes(change)).map(({ what }) => `-- already right: ${oneLine(what)}`),
    ...[...groups].flatMap(([title, group]) => [
      `-- ${oneLine(title)}:`,
      ...(isCluster ? [sequentialMode] : []),
      ...group.flatMap(({ statements, otherwise = [] }) => [
        ...statements,
        ...otherwise.map((text) => `-- If that is refused: ${oneLine(text)}`),
      ]),
    ]),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

const heading = ({ owner, altersRole, database }: Change): string =>
  `${owner === null ? administrator(altersRole) : quoted(owner)}, in the database ${quoted(database)}`;

const administrator = (altersRole = false): string =>
  altersRole
    ? 'An administrator who may alter the role (from PostgreSQL 16 on, with ADMIN OPTION on it, as its creator has)'
    : 'An administrator who may create roles';

/** Puts a text on one line, since a line break in it would end a comment. */
const oneLine = (text: string): string => text.replaceAll(/\s/g, ' ');
