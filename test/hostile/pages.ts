import pg from 'pg';
import type { Direction } from '../../src/schema/lists/direction.ts';
import { documentOf, type Question } from '../support/everyField.ts';
import type { Edge, PageInfo } from '../support/lists.ts';
import { type Crawl, Disagreement, dataOf, type Place } from './check.ts';
import { plainOf } from './conditions.ts';
import { note } from './coverage.ts';
import { type Dice, some } from './dice.ts';
import type { ModelColumn } from './model.ts';
import { expressionsStatement } from './oracle.ts';

/** An order of a list, for the API and in SQL. */
interface Order {
  readonly orderBy: readonly Readonly<Record<string, unknown>>[] | undefined;
  readonly sql: string;
}

/** A walk through a list in pages of one size. */
interface Walk {
  readonly place: Place;
  readonly order: Order;
  readonly backward: boolean;
  readonly size: number;
  readonly marks: number[];
  cursor: string | null;
  isDone: boolean;
}

export const directions: Readonly<Record<Direction, string>> = {
  ASC: 'asc nulls last',
  ASC_NULLS_FIRST: 'asc nulls first',
  ASC_NULLS_LAST: 'asc nulls last',
  DESC: 'desc nulls first',
  DESC_NULLS_FIRST: 'desc nulls first',
  DESC_NULLS_LAST: 'desc nulls last',
};

/** The point by whose distance geometries are ordered. */
const origin = { type: 'Point', coordinates: [1, 1], crs: null };
const isMeasured = ({ type: { scalar, isList } }: ModelColumn) => scalar === 'GeoJSON' && !isList;

/** Chooses orders: by the primary key, by one column (twice), and by two columns. */
function ordersOf(dice: Dice, { surface: { relation, fields } }: Place): readonly Order[] {
  const columns = relation.columns.filter(({ type }) => type.ordered);
  const by = (some: readonly ModelColumn[]): Order => {
    const chosen = some.map((column) => [column, Object.keys(directions)[dice(6)] as Direction] as const);
    return {
      orderBy: chosen.map(([column, direction]) => ({
        [fields.get(column.name) ?? '']: isMeasured(column) ? { distanceTo: origin, direction } : direction,
      })),
      sql: chosen
        .map(([column, direction]) => {
          const value = plainOf(column);
          return `${isMeasured(column) ? `${value} operator(ext.<->) 'POINT(1 1)'` : value} ${directions[direction]}`;
        })
        .join(', '),
    };
  };
  const key = relation.hasPrimary ? (relation.keys[0] ?? []) : [];
  const byKey = { orderBy: undefined, sql: ['true', ...key.map((name) => pg.escapeIdentifier(name))].join(', ') };
  return [byKey, by(some(dice, columns, 1)), by(some(dice, columns, 1)), by(some(dice, columns, 2))];
}

/** Walks through lists in both directions, and checks that every row comes once and in SQL's order. */
export async function checkPages(crawl: Crawl): Promise<void> {
  const { dice, places, oracle, model, coverage } = crawl;
  const orders = places.flatMap((place) => ordersOf(dice, place).map((order) => [place, order] as const));
  const ranks = await oracle.ask(
    orders.map(([{ surface }, { sql }]) =>
      expressionsStatement(model.schema, surface.relation, [`dense_rank() over (order by ${sql})`]),
    ),
  );
  const walks = orders.flatMap(([place, order]) =>
    [false, true].map(
      (backward): Walk => ({ place, order, backward, size: 1 + dice(5), marks: [], cursor: null, isDone: false }),
    ),
  );
  while (walks.some(({ isDone }) => !isDone))
    await step(
      crawl,
      walks.filter(({ isDone }) => !isDone),
    );
  orders.forEach(([{ surface, rows }, order], i) => {
    const [forward = [], backward = []] = walks.slice(2 * i, 2 * i + 2).map(({ marks }) => marks);
    const rankOf = new Map((ranks[i] ?? []).map((row) => [Number(row['mark']), Number(row['e0'])]));
    note(coverage, 'check', 'walk');
    const isWhole = JSON.stringify(forward.toSorted((a, b) => a - b)) === JSON.stringify(rows.map(({ mark }) => mark));
    const isOrdered = forward.every(
      (mark, n) => n === 0 || (rankOf.get(forward[n - 1] ?? 0) ?? 0) <= (rankOf.get(mark) ?? 0),
    );
    const isReversible = JSON.stringify(forward) === JSON.stringify(backward);
    if (isWhole && isOrdered && isReversible) return;
    throw new Disagreement(
      `Pages of ${surface.list} by ${JSON.stringify(order.orderBy)} (${order.sql}): whole ${isWhole}, in order ${isOrdered}, equal both ways ${isReversible}
      forward ${forward}; backward ${backward}; rows ${rows.map(({ mark }) => mark)}; ranks ${JSON.stringify([...rankOf])}`,
    );
  });
}

/** Reads the next page of each walk. */
async function step({ host }: Crawl, walks: readonly Walk[]): Promise<void> {
  const { document, variables } = documentOf(walks.map(questionOf));
  const answer = await host.ask(document, variables);
  const data = dataOf(host, answer, document, variables);
  walks.forEach((walk, i) => {
    const { edges, pageInfo } = data[`q${i}`] as { edges: Edge[]; pageInfo: PageInfo };
    const { surface, rows } = walk.place;
    const marks = edges.map(({ node }) => Number(node[surface.mark]));
    if (walk.backward) walk.marks.unshift(...marks);
    else walk.marks.push(...marks);
    walk.cursor = walk.backward ? pageInfo.startCursor : pageInfo.endCursor;
    walk.isDone = !(walk.backward ? pageInfo.hasPreviousPage : pageInfo.hasNextPage) || walk.marks.length > rows.length;
  });
}

function questionOf({ place: { surface }, order: { orderBy }, backward, size, cursor }: Walk): Question {
  const [count, from] = backward ? ['last', 'before'] : ['first', 'after'];
  return {
    field: ({ cursor, orderBy }) =>
      `${surface.list}(${count}: ${size}, ${from}: ${cursor}${orderBy ? `, orderBy: ${orderBy}` : ''}) {
        edges { cursor node { ${surface.mark} } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      }`,
    variables: {
      cursor: ['String', cursor],
      ...(orderBy && { orderBy: [`[${surface.type.name}OrderBy!]`, orderBy] as const }),
    },
  };
}
