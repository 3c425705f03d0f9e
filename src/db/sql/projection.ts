import type { Catalog } from '../../catalog/catalog.ts';
import type { ComputedValue } from './call.ts';
import { joinedName, marker } from './markers.ts';
import { type Match, matchesRow, relatedAlias } from './match.ts';
import { distinct } from './measure.ts';
import { bytesOf, type Row, type RowShape, shapeOf } from './row.ts';
import { alias, from } from './select.ts';
import { empty, ident, join, type Sql, sql } from './sql.ts';

/** The parts of a table's rows to read: columns, computed values, and the rows of to-one relations. */
export interface Projection {
  readonly columns: readonly string[];
  readonly relations: readonly Related[];
  /** Calls whose values are read with each row. */
  readonly computed: readonly ComputedValue[];
}

export interface Related {
  readonly match: Match;
  readonly rows: Projection;
}

/** The joins of a projection, for a statement with the alias `t`. */
export interface Joins {
  /** Additions to the select list and to FROM; both are empty without joins. */
  readonly list: readonly Sql[];
  readonly from: Sql;
  /** Attaches the joined rows to a row of the result. */
  readonly attach: (row: Row) => Row;
}

/** The joins of a projection without relations. */
export const noJoins: Joins = { list: [], from: empty, attach: (row) => row };

/** Maximum number of joins: PostgreSQL's `join_collapse_limit` minus one for the statement's own table. */
export const maxJoins = 7;

interface Join {
  /** Index of the join whose rows lead to these; -1 for the statement's own rows. */
  readonly parent: number;
  readonly joined: symbol;
  readonly match: Match;
  readonly columns: readonly string[];
  readonly computed: readonly ComputedValue[];
}

/** Builds the joins of a projection's relations, at most `maxJoins`; the loaders read the rest. */
export function joinsOf(catalog: Catalog, projection: Projection): Joins {
  const joins = planJoins(projection);
  if (joins.length === 0) return noJoins;
  return {
    list: joins.flatMap((joined, i) =>
      [marker(catalog, 'found'), ...namesIn(joined)].map(
        (name, j) => sql`${ident(tableName(i), name)} as ${ident(joinedName(catalog, i, j))}`,
      ),
    ),
    from: join(
      joins.map(
        (joined, i) => sql` left join lateral (${selectJoined(catalog, joined)}) ${ident(tableName(i))} on true`,
      ),
      '',
    ),
    attach: attacher(catalog, joins),
  };
}

/**
 * Joins a row with LIMIT, so that PostgreSQL looks each row up in an index. For the few rows of a page it would
 * otherwise read and hash the whole table, since it assumes that tables are on disk (`npm run bench:plans`).
 */
function selectJoined(catalog: Catalog, { parent, match, columns, computed }: Join): Sql {
  const condition = matchesRow(match, parent === -1 ? alias : tableName(parent));
  const values = [...columns.map((name) => ident(relatedAlias, name)), ...computedList(computed, relatedAlias)];
  return sql`select ${join([sql`true as ${ident(marker(catalog, 'found'))}`, ...values])}
    from ${from(catalog, match.table)} ${ident(relatedAlias)} where ${condition} limit 1`;
}

/** Lists the joins, those nearest to the statement's table first. */
function planJoins({ relations }: Projection): readonly Join[] {
  const joins: Join[] = [];
  const waiting = relations.map((related) => ({ parent: -1, ...related }));
  for (const { parent, match, rows } of waiting) {
    if (match.joined === undefined || joins.length === maxJoins) continue;
    const { columns, computed } = rows;
    const place = joins.push({ parent, joined: match.joined, match, columns, computed }) - 1;
    waiting.push(...rows.relations.map((related) => ({ parent: place, ...related })));
  }
  return joins;
}

/** Returns the columns and computed values of a joined row. */
const namesIn = ({ columns, computed }: Pick<Join, 'columns' | 'computed'>): readonly string[] => [
  ...columns,
  ...computed.map(({ name }) => name),
];

/** Returns the select list of computed values, for rows with the alias `table`. */
export const computedList = (computed: readonly ComputedValue[], table: string): readonly Sql[] =>
  computed.map(({ name, of }) => sql`${of(table)} as ${ident(name)}`);

const tableName = (place: number): string => `j${place}`;

type FoundRow = { -readonly [name in keyof Row]: Row[name] };

function attacher(catalog: Catalog, joins: readonly Join[]): Joins['attach'] {
  const parts = joins.map((join, i) => ({
    ...join,
    columns: namesIn(join),
    found: joinedName(catalog, i, 0),
    names: namesIn(join).map((_, j) => joinedName(catalog, i, j + 1)),
  }));
  let shape: RowShape | undefined;
  let views: readonly { readonly found: number; readonly shape: RowShape }[] = [];
  return (row) => {
    const own = shapeOf(row);
    if (own !== shape) {
      shape = own;
      views = parts.map(({ found, names, columns }) => ({
        found: own.placeOf(found) ?? -1,
        shape: own.view(names, columns),
      }));
    }
    const bytes = bytesOf(row);
    const found: (FoundRow | null)[] = [];
    parts.forEach(({ parent, joined }, i) => {
      const holder: FoundRow | null | undefined = parent === -1 ? row : found[parent];
      const view = views[i];
      const related = !view || bytes.isNull(view.found) ? null : view.shape.row(bytes);
      found.push(related);
      if (holder) holder[joined] = related;
    });
    return row;
  };
}

/** Returns a projection that serves all the given ones. If these are all the same object, returns that object. */
export function merged(projections: readonly Projection[]): Projection {
  const [first = nothing, ...others] = new Set(projections);
  if (others.length === 0) return first;
  const relations = new Map<Match, Projection[]>();
  for (const { match, rows } of [first, ...others].flatMap((one) => one.relations))
    relations.set(match, [...(relations.get(match) ?? []), rows]);
  return {
    columns: [...new Set([first, ...others].flatMap(({ columns }) => columns))].toSorted(),
    relations: [...relations].map(([match, rows]) => ({ match, rows: merged(rows) })),
    computed: distinct([first, ...others].flatMap(({ computed }) => computed)),
  };
}

/** The projection that only tells that a row exists. */
export const nothing: Projection = { columns: [], relations: [], computed: [] };
