import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unlimited } from '../support/config.ts';
import { generateDocument } from '../support/documents.ts';
import { setUp } from '../support/setUp.ts';
import { withoutLooks } from '../support/streams.ts';

const { api } = await setUp({ config: { requestLimits: unlimited } });

test('a document costs at most one statement for each count and each list or aggregate that asks for something else', async () => {
  await fc.assert(
    fc.asyncProperty(fc.gen(), async (g) => {
      const { text, statements } = generateDocument(g, api.api.schema);
      await api.query(text);
      const sent = withoutLooks(api.statements);
      expect(sent.length, `${text}\n${sent.join('\n')}`).toBeLessThanOrEqual(statements.size);
    }),
    { numRuns: 150 },
  );
});

describe('a statement', () => {
  test('a statement selects the requested columns and the keys, and no others', async () => {
    await api.query('{ devices(first: 3) { nodes { serial } } }');
    expect(api.statements).toHaveLength(1);
    expect(columnsOf(api.statements[0])).toEqual(['device_id', 'serial']);
  });

  test('one statement reads all aliases of a relation, with the columns of all', async () => {
    await api.query('{ devices(first: 3) { nodes { a: site { name } b: site { code } } } }');
    expect(api.statements).toHaveLength(1);
    expect(api.statements[0]?.match(/left join/g)).toHaveLength(1);
    expect(joinedIn(api.statements[0])).toEqual(['code', 'name']);
  });

  test('a statement reads one row more than the page has only if the document asks whether there are more', async () => {
    await api.query(`{
      page: devices(first: 3) { nodes { serial } }
      more: devices(first: 3) { nodes { serial } pageInfo { hasNextPage } }
    }`);
    expect(api.statements.map((text) => /limit (\d+)/.exec(text)?.[1])).toEqual(['3', '4']);
  });

  test('one statement serves 40 parents as it serves one', async () => {
    await api.query(
      '{ devices(first: 40) { nodes { site { name } events(first: 2) { totalCount nodes { severity } } } } }',
    );
    expect(api.statements).toHaveLength(3);
  });

  test('one statement finds the live cursors of all lists of a table, and equal lists are read once', async () => {
    await api.query(`{
      a: events(first: 1) { liveCursor }
      b: events(first: 1) { liveCursor nodes { device { events(first: 1) { liveCursor } } } }
    }`);
    expect(withoutLooks(api.statements)).toHaveLength(2);
    expect(api.statements).toHaveLength(3);
  });

  test('one statement computes all aliases of an aggregate under 40 parents, with the measures of all', async () => {
    await api.query(`{ devices(first: 40) { nodes {
      a: eventsAggregate { count of { value { avg p50: percentile(p: 0.5) } } }
      b: eventsAggregate { of { value { max p95: percentile(p: 0.95) } } }
      c: eventsGroupedAggregate(groupBy: { columns: [SEVERITY] }) { count last(by: OCCURRED_AT) { eventId } }
      d: eventsGroupedAggregate(groupBy: { columns: [SEVERITY] }) { of { value { stddev } } first(by: OCCURRED_AT) { value } }
    } } }`);
    expect(api.statements).toHaveLength(4);
    const [, whole = '', grouped = '', ends] = api.statements;
    expect(aggregatesOf(whole)).toEqual(['avg', 'count', 'max', 'percentile_cont']);
    expect(aggregatesOf(grouped)).toEqual(['count', 'percentile_disc', 'percentile_disc', 'stddev_samp']);
    expect(columnsOf(ends)).toEqual(['$n', 'event_id', 'value']);
  });

  test('an aggregate without a selected measure needs no statement', async () => {
    await api.query('{ eventsAggregate { __typename of { __typename value { __typename } } } }');
    expect(api.statements).toHaveLength(0);
  });

  test('the last row of each parent is read without any other row', async () => {
    await api.query('{ devices(first: 40) { nodes { eventsAggregate { last(by: OCCURRED_AT) { value } } } } }');
    expect(api.statements).toHaveLength(3);
    expect(api.statements[1]).toMatch(/order by .* limit 1/s);
    expect(aggregatesOf(api.statements[1])).toEqual([]);
  });

  test('an estimate is read only if it is selected, and never by counting', async () => {
    await api.query('{ devices(first: 3) { approximateCount } }');
    expect(api.statements).toHaveLength(1);
    expect(api.statements[0]).toContain('reltuples');
    await api.query('{ devices(where: { model: { ne: "x" } }) { approximateCount } }');
    expect(api.statements).toHaveLength(0);
  });

  test('a page that nobody looks at needs no statement', async () => {
    await api.query('{ devices(first: 3) { totalCount } }');
    expect(api.statements).toHaveLength(1);
  });

  test('a skipped field needs no statement', async () => {
    await api.query('query ($no: Boolean!) { devices(first: 3) { nodes { serial model @include(if: $no) } } }', {
      no: false,
    });
    expect(columnsOf(api.statements[0])).toEqual(['device_id', 'serial']);
  });
});

test('an empty page reads no rows, and may have a next page', async () => {
  expect(await api.query('{ devices(first: 0) { nodes { serial } pageInfo { hasNextPage endCursor } } }')).toEqual({
    devices: { nodes: [], pageInfo: { hasNextPage: true, endCursor: null } },
  });
});

/** Returns the aggregate functions that a statement calls, sorted. */
const aggregatesOf = (statement = ''): readonly string[] =>
  [...statement.matchAll(/\b(count|avg|max|stddev_samp|percentile_cont|percentile_disc)\(/g)]
    .map(([, name = '']) => name)
    .sort();

/** Returns the columns that a statement reads from joined tables, sorted. */
const joinedIn = (statement = ''): readonly string[] =>
  [...statement.matchAll(/"j\d+"\."(\w+)" as/g)].map(([, name = '']) => name).sort();

/** Returns the names in a statement's first select list, sorted. */
function columnsOf(statement = ''): readonly string[] {
  const list = /select (.*?) from /s.exec(statement)?.[1] ?? '';
  return list
    .split(', ')
    .map((item) => /"([^"]+)"$/.exec(item.trim())?.[1] ?? item)
    .sort();
}
