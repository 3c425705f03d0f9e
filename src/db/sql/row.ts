/**
 * Every value as the text that PostgreSQL sent, so that no digit is lost on the way, and the rows that were joined, each
 * under the symbol of its match.
 */
export interface Row {
  readonly [column: string]: string | null;
  readonly [joined: symbol]: Row | null;
}
