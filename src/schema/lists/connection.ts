import type { Catalog } from '../../catalog/catalog.ts';
import type { PageLimits } from '../../config/limits.ts';
import { marker } from '../../db/sql/markers.ts';
import type { Key, Match } from '../../db/sql/match.ts';
import type { Page } from '../../db/sql/page.ts';
import type { Projection } from '../../db/sql/projection.ts';
import type { Row } from '../../db/sql/row.ts';
import type { Loaders } from '../../loaders/loaders.ts';
import type { Builder, FieldBuilder } from '../builder.ts';
import { fromParent, generated, generatedLeaf } from '../generated.ts';
import { scalarLeaf } from '../leaves.ts';
import { cursorOf, type EdgeOrder, type EdgeRef, edgeOf, type RowRef } from './edge.ts';
import type { Live } from './liveCursor.ts';

/** The meaning of a list's arguments, which is the same for all parents. */
export interface ListPlan extends EdgeOrder {
  readonly catalog: Catalog;
  readonly page: Page;
  /** The same page read from an approximate index, which may find too few rows; null if no such index can help. */
  readonly approximate: Page | null;
  readonly size: number;
  readonly backward: boolean;
  /** True if the list has all rows of its table, because no argument restricts it. */
  readonly isWhole: boolean;
  readonly projection: Projection;
  readonly live: Live | null;
}

/** The list of one parent. Its rows are loaded once, when a field first asks for them. */
export interface Connection {
  readonly plan: ListPlan;
  readonly load: () => Promise<Loaded>;
  readonly count: () => Promise<string>;
  /**
   * Returns the planner's estimate of the number of rows; null for a restricted list, and if there are no statistics.
   */
  readonly estimate: () => Promise<string | null>;
}

interface Loaded {
  readonly rows: readonly Row[];
  /** The text that the page's statement read for the live cursor. */
  readonly seen: string | null;
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
}

/** Creates a connection from a plan. If the list is a relation, `match` and `key` find the rows of one parent. */
export const connect = (plan: ListPlan, loaders: Loaders, match?: Match, key?: Key): Connection => {
  const { catalog, page, approximate, size, backward, isWhole } = plan;
  const found = marker(catalog, 'found');
  const read = (part: Page) => loaders.page(part, plan.projection, match, key);
  return {
    plan,
    async load() {
      const nearest = approximate && (await read(approximate));
      const all = nearest?.length === page.limit ? nearest : await read(page);
      const present = page.live ? all.filter((row) => row[found] !== null) : all;
      const rows = present.slice(0, size);
      const beyond = present.length > size; // never, unless `pageInfo` is selected
      // Rows that an offset skipped are known to exist only if another row follows.
      const passed = async () =>
        present.length > 0 || (await read({ ...page, offset: 0, limit: 1, live: undefined })).length > 0;
      const behind = page.after !== null || (page.offset > 0 && (await passed()));
      return {
        rows: backward ? rows.reverse() : rows,
        seen: all[0]?.[marker(catalog, 'live')] ?? null,
        hasNextPage: backward ? behind : beyond || page.before !== null,
        hasPreviousPage: backward ? beyond || page.before !== null : behind,
      };
    },
    count: () => loaders.count(page, match, key),
    estimate: async () => (isWhole ? loaders.estimate(page.table) : null),
  };
};

interface ConnectionParts {
  readonly node: RowRef;
  readonly edge: EdgeRef;
  readonly pageInfo: PageInfoRef;
  readonly description: string;
  /** Marker of the live cursor among the selected columns; null if the table has no live tail. */
  readonly live: string | null;
}

/**
 * Describes the arguments of all lists. Arguments have no descriptions of their own: every list would repeat them, and
 * the printed schema would have a line for each argument.
 */
export const describePages = ({ defaultSize, maxSize }: PageLimits): string =>
  [
    `A page of a list: ${defaultSize} rows by default, at most ${maxSize}.`,
    'The default order is by primary key, or that of the function.',
    '`last` counts from the end. `offset` skips rows; it needs `first`.',
    '`distinctOn` keeps only the first row per value of its columns; it needs `orderBy`.',
  ].join(' ');

/** Defines the connection type of a table. */
export function connectionType(builder: Builder, name: string, parts: ConnectionParts) {
  const { node, edge, pageInfo, description, live } = parts;
  return builder.objectRef<Connection>(`${name}Connection`).implement({
    description,
    fields: (t) => ({
      edges: t.field({
        type: [edge],
        ...generated(
          { kind: 'rows' },
          {
            loads: true,
            get: async ({ plan, load }: Connection) => (await load()).rows.map((row) => edgeOf(row, plan)),
          },
        ),
      }),
      nodes: t.field({
        type: [node],
        ...generated({ kind: 'rows' }, { loads: true, get: async ({ load }: Connection) => (await load()).rows }),
      }),
      pageInfo: t.field({
        type: pageInfo,
        ...fromParent((connection: Connection) => connection),
      }),
      approximateCount: t.field({
        type: 'SafeInt',
        nullable: true,
        description:
          "An estimate of the number of rows on all pages, from PostgreSQL's statistics as of the last ANALYZE. It includes rows that row security excludes. Null with a filter or a relation, and for views and tables never analysed.",
        ...generatedLeaf({ kind: 'count' }, scalarLeaf('SafeInt'), {
          loads: true,
          get: ({ estimate }: Connection) => estimate(),
        }),
      }),
      ...(live !== null && { liveCursor: liveCursorField(t, live) }),
      totalCount: t.field({
        type: 'SafeInt',
        nullable: true,
        description: 'The number of matching rows on all pages; counted only if selected.',
        ...generatedLeaf({ kind: 'count' }, scalarLeaf('SafeInt'), {
          loads: true,
          get: ({ count }: Connection) => count(),
        }),
      }),
    }),
  });
}

const liveCursorField = (t: FieldBuilder<Connection>, column: string) =>
  t.string({
    nullable: true,
    description:
      'A cursor for `after` of the live tail, which then starts after the rows visible when this page was read. List and tail together return every row exactly once.',
    ...generatedLeaf({ kind: 'column', columns: [column] }, scalarLeaf('String'), {
      loads: true,
      get: async ({ plan: { live }, load }: Connection) => live?.cursor((await load()).seen),
    }),
  });

/** Defines `PageInfo`, which all connections share. */
export function pageInfoType(builder: Builder) {
  const hasMore = (of: (loaded: Loaded) => boolean) =>
    generatedLeaf({ kind: 'part' }, scalarLeaf('Boolean'), {
      loads: true,
      get: async ({ load }: Connection) => (of(await load()) ? 't' : 'f'),
    });
  const cursorAt = (end: 0 | -1) =>
    generatedLeaf({ kind: 'part' }, scalarLeaf('String'), {
      loads: true,
      get: async ({ plan, load }: Connection) => {
        const row = (await load()).rows.at(end);
        return row && cursorOf(row, plan);
      },
    });
  return builder.objectRef<Connection>('PageInfo').implement({
    description: 'The position of a page in its list.',
    fields: (t) => ({
      hasNextPage: t.boolean(hasMore((loaded) => loaded.hasNextPage)),
      hasPreviousPage: t.boolean(hasMore((loaded) => loaded.hasPreviousPage)),
      startCursor: t.string({ nullable: true, ...cursorAt(0) }),
      endCursor: t.string({ nullable: true, ...cursorAt(-1) }),
    }),
  });
}

type PageInfoRef = ReturnType<typeof pageInfoType>;
