import { beforeEach, describe, expect, test } from 'vitest';
import type { Result } from '../support/api.ts';
import { setUp } from '../support/setUp.ts';
import { createThings } from './mutations/things.ts';

/** The answer to a client: the codes of the things, another value of the field, or a rejection. */
type Meaning = readonly string[] | object | 'refused';

/** A place in a document where a client can omit the variable `$x`. */
interface Place {
  readonly place: string;
  /** The type of `$x` in the declaration. */
  readonly x: string;
  readonly field: string;
  /** The meaning of a request without the variable; `null` and `given` are those with a null and with other values. */
  readonly absent: Meaning;
  readonly null: Meaning;
  readonly given?: readonly (readonly [value: unknown, meaning: Meaning])[];
}

const all = ['first', 'second'];
const first = ['first'];
const second = ['second'];
const refused = 'refused';

const listed = (place: string, x: string, args: string, rest: Pick<Place, 'absent' | 'null' | 'given'>): Place => ({
  place,
  x: `$x: ${x}`,
  field: `things(${args}) { nodes { code } }`,
  ...rest,
});

/** Omitting a part of a filter means no condition; omitting the operand of an operator is a mistake. */
const filters = [
  listed('where', 'ThingWhere', 'where: $x', { absent: all, null: refused, given: [[{}, all]] }),
  listed('where with a default', 'ThingWhere = { code: { eq: "first" } }', 'where: $x', {
    absent: first,
    null: refused,
  }),
  listed('a column', 'IntWhere', 'where: { amount: $x }', { absent: all, null: refused, given: [[{}, refused]] }),
  listed('an operand', 'Int', 'where: { amount: { eq: $x } }', { absent: refused, null: refused }),
  listed('an operand with a default', 'Int = 1', 'where: { amount: { eq: $x } }', { absent: first, null: refused }),
  listed('one of two operands', 'Int', 'where: { amount: { gt: $x, lt: 2 } }', { absent: first, null: refused }),
  listed('isNull', 'Boolean', 'where: { amount: { isNull: $x } }', { absent: refused, null: refused }),
  listed('a list of operands', '[Int!]', 'where: { amount: { in: $x } }', {
    absent: refused,
    null: refused,
    given: [
      [[], []],
      [[null], refused],
    ],
  }),
  listed('and', '[ThingWhere!]', 'where: { and: $x }', {
    absent: all,
    null: refused,
    given: [
      [[], all],
      [[{}], refused],
      [[null], refused],
    ],
  }),
  listed('an item of and', 'IntWhere', 'where: { and: [{ amount: $x }] }', { absent: refused, null: refused }),
  listed('or', '[ThingWhere!]', 'where: { or: $x }', {
    absent: all,
    null: refused,
    given: [
      [[], []],
      [[{}], refused],
      [[null], refused],
    ],
  }),
  listed('an item of or', 'IntWhere', 'where: { or: [{ code: { eq: "first" } }, { amount: $x }] }', {
    absent: refused,
    null: refused,
  }),
  listed('not', 'ThingWhere', 'where: { not: $x }', { absent: all, null: refused, given: [[{}, refused]] }),
  listed('a column under not', 'IntWhere', 'where: { not: { amount: $x } }', { absent: refused, null: refused }),
  listed('related rows', 'PartManyWhere', 'where: { parts: $x }', {
    absent: all,
    null: refused,
    given: [
      [{}, refused],
      [{ some: {} }, first],
      [{ none: {} }, second],
      [{ every: {} }, refused],
      [{ some: { weight: {} } }, refused],
      [{ every: { weight: {} } }, refused],
    ],
  }),
  ...['some', 'none', 'every'].flatMap((quantifier) => [
    listed(quantifier, 'PartWhere', `where: { parts: { ${quantifier}: $x } }`, { absent: refused, null: refused }),
    listed(`an operand under ${quantifier}`, 'String', `where: { parts: { ${quantifier}: { name: { eq: $x } } } }`, {
      absent: refused,
      null: refused,
    }),
  ]),
  {
    place: 'a related row',
    x: '$x: ThingWhere',
    field: 'parts(where: { thing: $x }) { totalCount }',
    absent: { totalCount: 1 },
    null: refused,
    given: [
      [{}, { totalCount: 1 }],
      [{ code: {} }, refused],
    ],
  },
  listed('a value of JSON', 'JSON', 'where: { doc: { contains: $x } }', {
    absent: refused,
    null: refused,
    given: [[{}, all]],
  }),
  listed('a part of a value of JSON', 'JSON', 'where: { doc: { contains: { made: $x } } }', {
    absent: refused,
    null: [],
    given: [[true, all]],
  }),
  listed('an item in a value of JSON', 'JSON', 'where: { doc: { at: { path: ["made"], eq: [$x] } } }', {
    absent: refused,
    null: [],
  }),
] satisfies readonly Place[];

const pages = [
  listed('first', 'Int', 'first: $x', { absent: all, null: all, given: [[0, []]] }),
  listed('last', 'Int', 'last: $x', { absent: all, null: all, given: [[1, second]] }),
  listed('after', 'String', 'after: $x', { absent: all, null: all, given: [['', refused]] }),
  listed('before', 'String', 'before: $x', { absent: all, null: all, given: [['', refused]] }),
  listed('offset', 'Int', 'offset: $x', { absent: all, null: all, given: [[1, second]] }),
  listed('orderBy', '[ThingOrderBy!]', 'orderBy: $x', {
    absent: all,
    null: refused,
    given: [
      [[], all],
      [[{}], refused],
      [[null], refused],
      [[{ code: null }], refused],
    ],
  }),
] satisfies readonly Place[];

const grouped = (place: string, x: string, args: string, rest: Pick<Place, 'absent' | 'null' | 'given'>): Place => ({
  place,
  x: `$x: ${x}`,
  field: `thingsGroupedAggregate(${args}) { count }`,
  ...rest,
});

const each = [{ count: 1 }, { count: 1 }];
const whole = [{ count: 2 }];

const aggregates = [
  grouped('columns of groupBy', '[ThingColumn!]', 'groupBy: { columns: $x }', {
    absent: whole,
    null: refused,
    given: [[[], whole]],
  }),
  grouped('having', 'ThingHaving', 'groupBy: { columns: [CODE] }, having: $x', {
    absent: each,
    null: refused,
    given: [
      [{}, each],
      [{ count: {} }, refused],
      [{ amount: {} }, refused],
      [{ amount: { max: {} } }, refused],
      [{ amount: { percentile: { p: 0.5, is: {} } } }, refused],
      [{ not: {} }, refused],
      [{ and: [{}] }, refused],
      [{ or: [{}] }, refused],
      [{ and: [] }, each],
      [{ or: [] }, []],
    ],
  }),
  grouped('an operand of having', 'SafeInt', 'groupBy: { columns: [CODE] }, having: { count: { gt: $x } }', {
    absent: refused,
    null: refused,
  }),
  grouped('first of groups', 'Int', 'groupBy: { columns: [CODE] }, first: $x', {
    absent: each,
    null: each,
    given: [[0, []]],
  }),
  grouped('orderBy of groups', '[ThingGroupedOrderBy!]', 'groupBy: { columns: [CODE] }, orderBy: $x', {
    absent: each,
    null: refused,
    given: [
      [[], each],
      [[{}], refused],
    ],
  }),
  {
    place: 'where of an aggregate',
    x: '$x: String',
    field: 'thingsAggregate(where: { code: { eq: $x } }) { count }',
    absent: refused,
    null: refused,
    given: [['first', { count: 1 }]],
  },
  grouped('where of groups', 'String', 'groupBy: {}, where: { code: { eq: $x } }', { absent: refused, null: refused }),
] satisfies readonly Place[];

const updated = (place: string, x: string, args: string, rest: Pick<Place, 'absent' | 'null' | 'given'>): Place => ({
  place,
  x: `$x: ${x}`,
  field: `updateThing(thingId: 1, ${args}) { thing { amount } }`,
  ...rest,
});

const done = { thing: { amount: 5 } };

const changes = [
  updated('expect', 'ThingWhere', 'patch: { amount: 5 }, expect: $x', {
    absent: done,
    null: refused,
    given: [
      [{}, refused],
      [{ and: [] }, refused],
      [{ and: [{ and: [] }] }, refused],
      [{ not: {} }, refused],
      [{ amount: {} }, refused],
      [{ parts: { some: {} } }, refused],
      [{ amount: { eq: 1 } }, done],
    ],
  }),
  updated('a column of expect', 'IntWhere', 'patch: { amount: 5 }, expect: { amount: $x }', {
    absent: refused,
    null: refused,
  }),
  updated('an operand of expect', 'Int', 'patch: { amount: 5 }, expect: { amount: { eq: $x } }', {
    absent: refused,
    null: refused,
  }),
  updated(
    'one of two columns of expect',
    'Int',
    'patch: { amount: 5 }, expect: { code: { eq: "first" }, amount: { eq: $x } }',
    {
      absent: refused,
      null: refused,
    },
  ),
  updated('a field of patch', 'JSON', 'patch: { amount: 5, doc: $x }', { absent: done, null: done }),
  updated('the only field of patch', 'Int', 'patch: { amount: $x }', {
    absent: refused,
    null: { thing: { amount: null } },
  }),
  updated('a field of patch that is never null', 'String', 'patch: { amount: 5, label: $x }', {
    absent: done,
    null: refused,
  }),
  {
    place: 'a field of a new row',
    x: '$x: JSON',
    field: 'createThing(input: { code: "new", doc: $x }) { thing { doc } }',
    absent: { thing: { doc: { made: true } } },
    null: { thing: { doc: null } },
  },
  {
    place: 'a part of a value of JSON in a new row',
    x: '$x: JSON',
    field: 'createThing(input: { code: "new", doc: { a: [$x] } }) { thing { doc } }',
    absent: refused,
    null: { thing: { doc: { a: [null] } } },
    given: [[{ n: 1, s: '1' }, { thing: { doc: { a: [{ n: 1, s: '1' }] } } }]],
  },
  {
    place: 'onConflict',
    x: '$x: CreateThingOnConflict',
    field: 'createThings(inputs: [{ code: "first" }], onConflict: $x) { ignoredCount }',
    absent: refused,
    null: refused,
    given: [[{ do: 'IGNORE', on: 'CODE' }, { ignoredCount: 1 }]],
  },
] satisfies readonly Place[];

const tailed = (place: string, x: string, args: string, rest: Pick<Place, 'absent' | 'null' | 'given'>): Place => ({
  place,
  x: `$x: ${x}`,
  field: `countedsAdded(${args}) { edges { cursor } }`,
  ...rest,
});

const started = { edges: [] };

const tails = [
  tailed('where', 'CountedWhere', 'where: $x', { absent: started, null: refused, given: [[{}, started]] }),
  tailed('a column', 'IntWhere', 'where: { countedId: $x }', {
    absent: started,
    null: refused,
    given: [[{}, refused]],
  }),
  tailed('an operand', 'Int', 'where: { countedId: { gt: $x } }', { absent: refused, null: refused }),
  tailed('after', 'String', 'after: $x', { absent: started, null: started, given: [['', refused]] }),
] satisfies readonly Place[];

const documentOf = (operation: string, { x, field }: Place) => `${operation} (${x}) { field: ${field} }`;

const tables = [
  ['query', [...filters, ...pages, ...aggregates]],
  ['mutation', changes],
  ['subscription', tails],
] as const;

const documents = tables.flatMap(([operation, places]) =>
  places.map((place) => ({
    id: `${operation} ${place.place}`,
    text: documentOf(operation, place),
    file: 'test.json',
  })),
);
const { database, api } = await setUp({ database: createThings, documents });

beforeEach(async () => {
  await database.admin(`
    truncate events.thing, events.part restart identity;
    insert into events.thing (code, amount) values ('first', 1), ('second', 2);
    insert into events.part values (1, 'wheel', 0.5)`);
});

/** Sends a request; resolves with the response or, for a stream, with its first message. */
async function send(operation: string, body: object): Promise<Result> {
  const response = await api.app.fetch('http://localhost/graphql', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: operation === 'subscription' ? 'text/event-stream' : 'application/json',
    },
    body: JSON.stringify(body),
  });
  if (operation !== 'subscription') return (await response.json()) as Result;
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString();
    const [, message] = /^data: (.+)\n/m.exec(text) ?? [];
    if (message) return JSON.parse(message) as Result;
  }
  throw new Error(`A stream without a message: ${text}`);
}

function meaningOf({ data, errors }: Result): unknown {
  if (errors) {
    expect(errors).toMatchObject([{ extensions: { code: expect.stringMatching(/^(BAD_USER_INPUT|CONFLICT)$/) } }]);
    expect(data?.['field'] ?? null).toBeNull();
    return refused;
  }
  const field = data?.['field'] as { readonly nodes?: readonly { readonly code: string }[] };
  return field.nodes?.map(({ code }) => code) ?? field;
}

const contents = async () => (await database.admin('select * from events.thing order by 1')).rows;

describe.each(tables)('in a %s', (operation, places) => {
  describe.each(places)('$place', (place) => {
    const cases: readonly (readonly [string, object, Meaning])[] = [
      ['left out', {}, place.absent],
      ['null', { x: null }, place.null],
      ...(place.given ?? []).map(([x, meaning]) => [JSON.stringify(x), { x }, meaning] as const),
    ];
    test.each(cases)('a variable that is %s has its documented meaning', async (_, variables, meaning) => {
      for (const sent of [{ query: documentOf(operation, place) }, { documentId: `${operation} ${place.place}` }]) {
        const before = await contents();
        const got = meaningOf(await send(operation, { ...sent, variables }));
        expect(got).toEqual(meaning);
        if (got === refused) expect(await contents()).toEqual(before);
        await database.admin(
          `delete from events.thing where code = 'new'; update events.thing set amount = 1 where code = 'first'`,
        );
      }
    });
  });
});
