import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createChildrenReader,
  createReader,
  type Edge,
  type ListArguments,
  type ListPage,
  type Read,
} from '../support/lists.ts';
import { patience, runs } from '../support/property.ts';
import { setUp } from '../support/setUp.ts';
import { createShapes, orderable, type Shape, shapes } from '../support/shapes.ts';

const { database, api } = await setUp({ database: createShapes });
/** PostgreSQL's syntax for the directions. */
const directions = {
  ASC: 'asc nulls last',
  ASC_NULLS_FIRST: 'asc nulls first',
  ASC_NULLS_LAST: 'asc nulls last',
  DESC: 'desc nulls first',
  DESC_NULLS_FIRST: 'desc nulls first',
  DESC_NULLS_LAST: 'desc nulls last',
} as const;

type Direction = keyof typeof directions;

/** Something by which a list can be ordered: its item in `orderBy`, and its SQL, in which `t` is the row. */
interface Term {
  readonly item: (direction: Direction) => object;
  readonly sql: string;
}

const columns: readonly Term[] = orderable.map((name) => ({ item: (to) => ({ [name]: to }), sql: `t.${name}` }));

const rank = (search: string): Term => ({
  item: (to) => ({ saidRank: { search, direction: to } }),
  sql: `coalesce(ts_rank_cd(t.said, websearch_to_tsquery('${search}')), 0)`,
});

/** Terms that are computed from a column of every shape. */
const derived: readonly Term[] = [
  rank('pump'),
  rank('pump valve'),
  { item: (to) => ({ docAt: { path: ['a'], direction: to } }), sql: `t.doc #> '{a}'` },
  { item: (to) => ({ docAt: { path: [], direction: to } }), sql: 't.doc' },
  { item: (to) => ({ docAt: { path: ['b', '0'], direction: to } }), sql: `t.doc #> '{b,0}'` },
  { item: (to) => ({ rawAt: { path: [], direction: to } }), sql: 't.raw::jsonb' },
];

const ofParent = (measured: string) => `(select ${measured} from events.key_row r where r.parent_id = t.parent_id)`;

/** Terms from related rows that every shape has. */
const related: readonly Term[] = [
  {
    item: (to) => ({ parent: { name: to } }),
    sql: '(select p.name from events.parent p where p.id = t.parent_id)',
  },
  {
    item: (to) => ({ parent: { region: { name: to } } }),
    sql: '(select r.name from events.parent p join events.region r on r.id = p.region_id where p.id = t.parent_id)',
  },
  {
    item: (to) => ({ parent: { keyRowsAggregate: { count: to } } }),
    sql: `case when t.parent_id is not null then ${ofParent('count(*)')} end`,
  },
  { item: (to) => ({ parent: { keyRowsAggregate: { score: { max: to } } } }), sql: ofParent('max(r.score)') },
  { item: (to) => ({ parent: { keyRowsAggregate: { amount: { avg: to } } } }), sql: ofParent('avg(r.amount)') },
];

const ofParts = (measured: string) => `(select ${measured} from events.part p where p.key_row_id = t.id)`;

/** Terms from related rows that only one shape has, by its list. */
const relatedOf: Readonly<Record<string, readonly Term[]>> = {
  keyRows: [
    { item: (to) => ({ partsAggregate: { count: to } }), sql: ofParts('count(*)') },
    { item: (to) => ({ partsAggregate: { weight: { countDistinct: to } } }), sql: ofParts('count(distinct weight)') },
    { item: (to) => ({ partsAggregate: { weight: { sum: to } } }), sql: ofParts('sum(weight order by weight)') },
    {
      item: (to) => ({ partsAggregate: { weight: { percentile: { p: 0.5, direction: to } } } }),
      sql: ofParts('percentile_cont(0.5) within group (order by weight)'),
    },
    { item: (to) => ({ tally: { least: to } }), sql: ofParts('min(weight)') },
  ],
};

interface Order extends Term {
  readonly direction: Direction;
}

const anyOrderOf = (terms: readonly Term[], minLength = 0): fc.Arbitrary<readonly Order[]> =>
  fc
    .uniqueArray(
      fc.record({
        term: fc.constantFrom(...terms),
        direction: fc.constantFrom(...(Object.keys(directions) as Direction[])),
      }),
      { minLength, maxLength: 3, selector: ({ term }) => term },
    )
    .map((order) => order.map(({ term, direction }) => ({ ...term, direction })));

/** Makes any order of a list; half of the orders also use terms that are computed or from related rows. */
const anyOrder = ({ list }: Shape, minLength = 0): fc.Arbitrary<readonly Order[]> => {
  const others = [...related, ...(relatedOf[list] ?? []), ...derived];
  return fc.oneof(anyOrderOf(columns, minLength), anyOrderOf([...columns, ...others, ...others], minLength));
};

/** Filters, each with its condition in SQL. */
const filters = [
  { where: {}, sql: 'true' },
  { where: { score: { gte: 0 } }, sql: 'score >= 0' },
  { where: { score: { isNull: true } }, sql: 'score is null' },
  { where: { not: { word: { eq: 'a' } } }, sql: `not word = 'a'` },
  {
    where: { or: [{ grade: { eq: 2 } }, { mood: { in: ['SAD', 'HAPPY'] } }] },
    sql: `(grade = 2 or mood in ('Sad', 'HAPPY'))`,
  },
  { where: { parent: { name: { ne: 'parent 2' } } }, sql: 'parent_id <> 2' },
  { where: { or: [] }, sql: 'false' },
] as const;

const anyFilter = fc.constantFrom(...filters);

const orderBy = (order: readonly Order[]) => order.map(({ item, direction }) => item(direction));

/** Reads the whole list in one request. */
const readAll = async (read: Read, args: ListArguments): Promise<readonly Edge[]> => {
  const { edges, pageInfo } = await read({ ...args, first: 1000 });
  expect(pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: false });
  return edges;
};

/** Checks that a page is the expected slice of the whole list. */
function expectPage({ edges, pageInfo }: ListPage, all: readonly Edge[], { start, end }: Slice): void {
  const expected = all.slice(start, end);
  expect(edges).toEqual(expected);
  expect(pageInfo).toEqual({
    hasPreviousPage: start > 0,
    hasNextPage: end < all.length,
    startCursor: expected.at(0)?.cursor ?? null,
    endCursor: expected.at(-1)?.cursor ?? null,
  });
}

interface Slice {
  readonly start: number;
  readonly end: number;
}

async function walkForward(read: Read, args: ListArguments, size: number, all: readonly Edge[]): Promise<void> {
  for (let start = 0, after: string | null = null; start === 0 || after !== null; start += size) {
    const page: ListPage = await read({ ...args, first: size, after });
    expectPage(page, all, { start, end: Math.min(start + size, all.length) });
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  }
}

async function walkBackward(read: Read, args: ListArguments, size: number, all: readonly Edge[]): Promise<void> {
  for (let end = all.length, before: string | null = null; end === all.length || before !== null; end -= size) {
    const page: ListPage = await read({ ...args, last: size, before });
    expectPage(page, all, { start: Math.max(end - size, 0), end });
    before = page.pageInfo.hasPreviousPage ? page.pageInfo.startCursor : null;
  }
}

/** Checks a whole list against the ranks that PostgreSQL gives its rows; rows of equal rank may be in any order. */
async function expectOrder(shape: Shape, order: readonly Order[], condition: string, all: readonly Edge[]) {
  const terms = order.map(({ sql, direction }) => `${sql} ${directions[direction]}`);
  const { rows } = await database.admin<{ label: string; place: number }>(`
    select label, rank() over (${terms.length > 0 ? `order by ${terms.join(', ')}` : ''})::int as place
    from events.${shape.relation} t where ${condition}`);
  const labels = all.map(({ node }) => String(node['label']));
  expect(labels.toSorted()).toEqual(rows.map(({ label }) => label).toSorted());
  const placeOf = new Map(rows.map(({ label, place }) => [label, place]));
  const places = labels.map((label) => placeOf.get(label) ?? 0);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  expect(new Set(all.map(({ cursor }) => cursor)).size).toBe(all.length);
}

/** Returns the first row of a whole list for each value, with values distinguished by PostgreSQL. */
async function firstOfEach({ relation }: Shape, names: readonly string[], condition: string, all: readonly Edge[]) {
  const { rows } = await database.admin<{ label: string; value: number }>(`
    select label, dense_rank() over (order by ${names.join(', ')})::int as value
    from events.${relation} t where ${condition}`);
  const valueByLabel = new Map(rows.map(({ label, value }) => [label, value]));
  const values = all.map(({ node }) => valueByLabel.get(String(node['label'])));
  return all.filter((_, i) => values.indexOf(values[i]) === i);
}

async function countOf({ list, type }: Shape, args: ListArguments): Promise<number> {
  const document = `query ($where: ${type}Where, $orderBy: [${type}OrderBy!], $distinctOn: [${type}Column!]) {
    list: ${list}(where: $where, orderBy: $orderBy, distinctOn: $distinctOn) { totalCount }
  }`;
  return (await api.query<{ list: { totalCount: number } }>(document, { ...args })).list.totalCount;
}

/** A part of a list; cursors are those of the rows at these positions. */
interface Cut {
  readonly after: number | null;
  readonly before: number | null;
  readonly from: 'first' | 'last';
  readonly size: number;
  /** The offset, for a part that begins at the first row and has no cursors. */
  readonly offset: number;
}

const place = fc.option(fc.nat({ max: 60 }), { freq: 3 });
const anyCut: fc.Arbitrary<Cut> = fc.record({
  after: place,
  before: place,
  from: fc.constantFrom('first', 'last'),
  size: fc.nat({ max: 20 }),
  offset: fc.nat({ max: 60 }),
});

const isOffset = ({ after, before, from }: Cut) => after === null && before === null && from === 'first';

/** Returns the arguments that request the part. */
function argumentsOf(cut: Cut, all: readonly Edge[]): ListArguments {
  const { after, before, from, size, offset } = cut;
  const cursor = (at: number | null) => (at === null ? null : all[at]?.cursor);
  return { [from]: size, after: cursor(after), before: cursor(before), ...(isOffset(cut) && { offset }) };
}

/** Returns where the part begins and ends in `part`, a filtered selection of the whole list. */
function sliceOf(cut: Cut, part: readonly Edge[], all: readonly Edge[]): Slice {
  const places = part.map((edge) => all.indexOf(edge));
  const { after, before, from, size, offset } = cut;
  const begin = after === null || after >= all.length ? 0 : places.filter((at) => at <= after).length;
  const end = before === null || before >= all.length ? part.length : places.filter((at) => at < before).length;
  if (from === 'last') return { start: Math.max(begin, end - size), end };
  const start = isOffset(cut) ? Math.min(offset, end) : begin;
  return { start, end: Math.min(start + size, end) };
}

/** Tells whether one of the cursors is that of an existing row. */
const hasCursor = ({ after, before }: Cut, all: readonly Edge[]) =>
  [after, before].some((at) => at !== null && at < all.length);

describe.each(shapes)('$what', (shape) => {
  test(
    'a list is walked forward and backward in the order of the whole list, each row once',
    async () => {
      const read = createReader(api, shape);
      await fc.assert(
        fc.asyncProperty(
          anyOrder(shape),
          anyFilter,
          fc.integer({ min: 1, max: 30 }),
          async (order, { where, sql }, size) => {
            const args = { where, orderBy: orderBy(order) };
            const all = await readAll(read, args);
            await expectOrder(shape, order, sql, all);
            await Promise.all([walkForward(read, args, size, all), walkBackward(read, args, size, all)]);
          },
        ),
        runs(8),
      );
    },
    patience,
  );

  test(
    'a list is cut exactly by cursors, sizes and an offset',
    async () => {
      const read = createReader(api, shape);
      const cuts = fc.array(anyCut, { minLength: 5, maxLength: 5 });
      await fc.assert(
        fc.asyncProperty(anyOrder(shape), anyFilter, cuts, async (order, { where }, several) => {
          const args = { where, orderBy: orderBy(order) };
          const all = await readAll(read, args);
          await Promise.all(
            several.map(async (cut) =>
              expectPage(await read({ ...args, ...argumentsOf(cut, all) }), all, sliceOf(cut, all, all)),
            ),
          );
        }),
        runs(6),
      );
    },
    patience,
  );

  test(
    'a distinct list has the first row of those with the same values, and so has each page',
    async () => {
      const read = createReader(api, shape);
      const some = fc.uniqueArray(fc.constantFrom(...orderable), { minLength: 1, maxLength: 2 });
      await fc.assert(
        fc.asyncProperty(anyOrder(shape, 1), anyFilter, some, anyCut, async (order, { where, sql }, names, cut) => {
          const args = { where, orderBy: orderBy(order) };
          const distinct = { ...args, distinctOn: names.map((name) => name.toUpperCase()) };
          const [whole, all] = [await readAll(read, args), await readAll(read, distinct)];
          expect(all).toEqual(await firstOfEach(shape, names, sql, whole));
          await Promise.all([walkForward(read, distinct, 7, all), walkBackward(read, distinct, 7, all)]);
          expectPage(await read({ ...distinct, ...argumentsOf(cut, all) }), all, sliceOf(cut, all, all));
          expect(await countOf(shape, distinct)).toBe(all.length);
        }),
        runs(4),
      );
    },
    patience,
  );

  test(
    'a list under several parents at once is paged like one by itself',
    async () => {
      const read = createReader(api, shape);
      const readChildren = createChildrenReader(api, shape);
      await fc.assert(
        fc.asyncProperty(anyOrder(shape), anyFilter, anyCut, async (order, { where }, cut) => {
          const args = { where, orderBy: orderBy(order) };
          const all = await readAll(read, args);
          const parents = await readChildren({ ...args, ...argumentsOf(cut, all) });
          expect(parents.map(({ rowId }) => rowId)).toEqual([1, 2, 3, 4, 5]);
          for (const { rowId, list } of parents) {
            const children = all.filter(({ node }) => node['parentId'] === rowId);
            const slice = sliceOf(cut, children, all);
            expect(list.edges).toEqual(children.slice(slice.start, slice.end));
            if (!hasCursor(cut, all)) expectPage(list, children, slice);
          }
        }),
        runs(8),
      );
    },
    patience,
  );

  test(
    'a list is walked under each parent with the cursors of its rows',
    async () => {
      const read = createReader(api, shape);
      await fc.assert(
        fc.asyncProperty(
          anyOrder(shape),
          anyFilter,
          fc.integer({ min: 1, max: 10 }),
          async (order, { where }, size) => {
            const args = { where, orderBy: orderBy(order) };
            const all = await readAll(read, args);
            await Promise.all(
              [1, 2, 5].flatMap((parent) => {
                const readOne = createReader(api, shape, parent);
                const children = all.filter(({ node }) => node['parentId'] === parent);
                return [walkForward(readOne, args, size, children), walkBackward(readOne, args, size, children)];
              }),
            );
          },
        ),
        runs(2),
      );
    },
    patience,
  );
});

describe('a cursor', () => {
  /** Returns the error codes of pages after and before this cursor. */
  const codesOf = async ({ list, type }: Shape, after: string, order: readonly object[] = []) => {
    const document = `query ($after: String, $orderBy: [${type}OrderBy!]) {
      forward: ${list}(after: $after, orderBy: $orderBy) { nodes { label } }
      backward: ${list}(last: 3, before: $after, orderBy: $orderBy) { nodes { label } }
    }`;
    const { errors = [] } = await api.send(document, { after, orderBy: order });
    return errors.map(({ extensions }) => extensions?.['code']);
  };
  const cursorOf = async (shape: Shape, order: readonly object[] = []) => {
    const { edges } = await createReader(api, shape)({ first: 1, offset: 5, orderBy: order });
    return edges[0]?.cursor ?? '';
  };
  const bad = ['BAD_USER_INPUT', 'BAD_USER_INPUT'];

  test.each(shapes)('a cursor of another order is rejected: $what', async (shape) => {
    const cursor = await cursorOf(shape, [{ score: 'ASC' }]);
    expect(await codesOf(shape, cursor, [{ score: 'ASC_NULLS_LAST' }])).toEqual([]);
    expect(await codesOf(shape, cursor, [{ score: 'DESC' }])).toEqual(bad);
    expect(await codesOf(shape, cursor, [{ score: 'ASC_NULLS_FIRST' }])).toEqual(bad);
    expect(await codesOf(shape, cursor, [{ grade: 'ASC' }])).toEqual(bad);
    expect(await codesOf(shape, cursor, [{ score: 'ASC' }, { grade: 'ASC' }])).toEqual(bad);
    expect(await codesOf(shape, cursor)).toEqual(bad);
  });

  test('a cursor of another search or path is rejected', async () => {
    const [shape] = shapes;
    const ranked = (search: string) => [{ saidRank: { search } }];
    const at = (...path: string[]) => [{ docAt: { path } }];
    expect(await codesOf(shape, await cursorOf(shape, ranked('pump')), ranked('pump'))).toEqual([]);
    expect(await codesOf(shape, await cursorOf(shape, ranked('pump')), ranked('valve'))).toEqual(bad);
    expect(await codesOf(shape, await cursorOf(shape, at('a')), at('a'))).toEqual([]);
    expect(await codesOf(shape, await cursorOf(shape, at('a')), at('b'))).toEqual(bad);
    expect(await codesOf(shape, await cursorOf(shape, at('a', 'b')), at('a,b'))).toEqual(bad);
  });

  test('a cursor of another table is rejected', async () => {
    for (const shape of shapes) {
      const cursor = await cursorOf(shape);
      for (const other of shapes) expect(await codesOf(other, cursor)).toEqual(other === shape ? [] : bad);
    }
  });

  test('an invented cursor is rejected', async () => {
    const notCursors = ['', 'x', '{}', 'null', '[]', '[1]', '["a"]', '"a"', '[{"a":1}]'];
    for (const text of [...notCursors, ...notCursors.map((json) => Buffer.from(json).toString('base64url'))])
      for (const shape of shapes) expect(await codesOf(shape, text), text).toEqual(bad);
  });

  test('a cursor with a null in a column that has none is rejected', async () => {
    const [shape] = shapes;
    const order = [{ rowId: 'ASC' }, { score: 'ASC' }];
    const [name]: string[] = JSON.parse(Buffer.from(await cursorOf(shape, order), 'base64url').toString());
    for (const position of [
      [null, null],
      [null, '7'],
    ]) {
      const cursor = Buffer.from(JSON.stringify([name, ...position])).toString('base64url');
      expect(await codesOf(shape, cursor, order)).toEqual(bad);
    }
  });

  test(
    'a cursor that was tampered with is rejected or stands for another place',
    async () => {
      const value = fc.option(fc.oneof(fc.string(), fc.constantFrom('\0', '\ud800', 'NaN', '1e9999', '{', '(0,1)')));
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...shapes).chain((shape) => fc.tuple(fc.constant(shape), anyOrder(shape))),
          fc.array(value, { minLength: 1 }),
          async ([shape, order], values) => {
            const cursor = await cursorOf(shape, orderBy(order));
            const parts: unknown[] = JSON.parse(Buffer.from(cursor, 'base64url').toString());
            const changed = parts.map((part, i) => (i === 0 ? part : values[i % values.length]));
            const codes = await codesOf(
              shape,
              Buffer.from(JSON.stringify(changed)).toString('base64url'),
              orderBy(order),
            );
            expect(['', 'BAD_USER_INPUT', 'BAD_USER_INPUT,BAD_USER_INPUT']).toContain(codes.join());
          },
        ),
        runs(60),
      );
    },
    patience,
  );
});

describe('a list', () => {
  test.each([
    ['first and last together', '(first: 1, last: 1)'],
    ['a negative size', '(first: -1)'],
    ['a negative size from the end', '(last: -1)'],
    ['more rows than a page has', '(first: 1001)'],
    ['an offset with last', '(last: 1, offset: 1)'],
    ['an offset with a cursor', '(offset: 1, after: "x")'],
    ['a negative offset', '(offset: -1)'],
    ['an offset beyond 10,000', '(offset: 10001)'],
    ['null as orderBy', '(orderBy: null)'],
    ['null as distinctOn', '(distinctOn: null, orderBy: [{ grade: ASC }])'],
    ['an empty distinctOn', '(distinctOn: [], orderBy: [{ grade: ASC }])'],
    ['distinct rows without an order', '(distinctOn: [GRADE])'],
    ['distinct rows in an empty order', '(distinctOn: [GRADE], orderBy: [])'],
    ['a percentile beyond 1', '(orderBy: [{ partsAggregate: { weight: { percentile: { p: 2, direction: ASC } } } }])'],
  ])('a list rejects %s', async (_, args) => {
    const { errors } = await api.send(`{ keyRows${args} { nodes { label } } }`);
    expect(errors?.map(({ extensions }) => extensions?.['code'])).toEqual(['BAD_USER_INPUT']);
  });

  test.each([
    '{ keyRow: { grade: { key: ASC } } }',
    '{ weight: { key: ASC } }',
    '{ bucket: ASC }',
    '{ parts: { weekday: ASC } }',
  ])('a list has no order by what only groups have: %s', async (item) => {
    const { errors } = await api.send(`{ keyRows(orderBy: [{ partsAggregate: ${item} }]) { nodes { label } } }`);
    expect(errors?.map(({ extensions }) => extensions?.['code'])).toEqual(['GRAPHQL_VALIDATION_FAILED']);
  });

  test('a list takes null as no cursor, no size and no offset', async () => {
    const read = createReader(api, shapes[0]);
    const { edges } = await read({});
    expect(edges).toHaveLength(48);
    const { keyRows } = await api.query<{ keyRows: { nodes: unknown[] } }>(
      '{ keyRows(first: null, last: null, after: null, before: null, offset: null) { nodes { label } } }',
    );
    expect(keyRows.nodes).toHaveLength(48);
  });
});
