import type { Session } from './pool/session.ts';
import type { Statement } from './rowsQuery.ts';
import { join, sql, toQuery } from './sql/sql.ts';

/** The circumstances that decide which rows a statement sees. */
export interface Visibility {
  /** The caller's claims, for policies in the database; absent for anonymous callers. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** True if the statement reads for all callers, and so fails if policies would hide rows from it. */
  readonly isWhole?: boolean;
}

/** A setting and its value. */
export type Setting = readonly [name: string, value: string];

/** Setting of reads that call functions, since a STABLE function may call one that writes. */
export const readOnly: Setting = ['transaction_read_only', 'on'];

/** Returns the settings that give a statement this visibility. */
export function settingsOf({ claims, isWhole }: Visibility): readonly Setting[] {
  const ofClaims = claims ? claimSettings(claims) : [];
  return isWhole ? [['row_security', 'off'], ...ofClaims] : ofClaims;
}

/**
 * Returns the setting that policies read by `current_setting('request.jwt.claims', true)`. Claims belong to a verified
 * token, so their text is kept as long as they are.
 */
function claimSettings(claims: NonNullable<Visibility['claims']>): readonly Setting[] {
  const known = settingsByClaims.get(claims) ?? [['request.jwt.claims', JSON.stringify(claims)]];
  settingsByClaims.set(claims, known);
  return known;
}

const settingsByClaims = new WeakMap<object, readonly Setting[]>();

/** Returns the statement that makes settings for one transaction: `own`, and those that the session lacks. */
export function settingsAhead({ settings }: Session, own: readonly Setting[]): Omit<Statement, 'name'> | undefined {
  const values = [...Object.entries(settings), ...own].flat();
  return values.length === 0 ? undefined : { text: textOfSettings(values.length / 2), values };
}

/** Returns the statement that makes `count` settings, whose names and values are its parameters. */
function textOfSettings(count: number): string {
  const calls = () => Array.from({ length: count }, () => sql`pg_catalog.set_config(${''}, ${''}, true)`);
  const text = settingTexts.get(count) ?? toQuery(sql`select ${join(calls())}`).text;
  settingTexts.set(count, text);
  return text;
}

const settingTexts = new Map<number, string>();
