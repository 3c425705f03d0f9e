import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { expect, test } from 'vitest';
import { sampleUntil } from '../support/sampleUntil.ts';
import { setUp } from '../support/setUp.ts';

const example = /^```graphql\n([\s\S]*?)^```\n\n```json\n[\s\S]*?^```$/gm;

const pages = await Promise.all(
  ['recipes.md', 'functions.md'].map(async (name) => {
    const file = new URL(`../../docs/${name}`, import.meta.url).pathname;
    const page = await readFile(file, 'utf8');
    return { name, file, page, documents: [...page.matchAll(example)].map(([, document = '']) => document) };
  }),
);

/** The time of the answers on the page. */
const now = '2026-03-27T12:00:00Z';
const sample = { sites: 5, devices: 40, events: 20_000, until: new Date(now) };

const { api, database } = await setUp(sampleUntil(sample));

/** Replaces relative times in a document, so that it runs as if it were that time. */
async function then(document: string): Promise<string> {
  const lengths = [...new Set([...document.matchAll(/within: "(.*?)"/g)].map(([, length = '']) => length))];
  const from = (length: string) =>
    database.admin<{ from: Date }>(`select $1::timestamptz - ${pg.escapeLiteral(length)}::interval as from`, [now]);
  const texts = lengths.map(async (length): Promise<readonly [string, string]> => {
    const { rows } = await from(length);
    return [`within: "${length}"`, `gte: "${rows[0]?.from.toISOString()}", lt: "${now}"`];
  });
  return (await Promise.all(texts)).reduce((text, [within, bounds]) => text.replaceAll(within, bounds), document);
}

/** Formats JSON, with a line for each part if it is too long for one line. */
function shown(value: unknown, indent = ''): string {
  const line = JSON.stringify(value, null, 1).replaceAll(/\n */g, ' ');
  if (typeof value !== 'object' || value === null || indent.length + line.length < 120) return line;
  const inner = `${indent}  `;
  const parts = Array.isArray(value)
    ? value.map((item) => inner + shown(item, inner))
    : Object.entries(value).map(([key, item]) => `${inner}${JSON.stringify(key)}: ${shown(item, inner)}`);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  return `${open}\n${parts.join(',\n')}\n${indent}${close}`;
}

test.each(pages)('every document on $name has its answer', ({ page, documents }) => {
  expect(page.match(/^```graphql$/gm)).toHaveLength(documents.length);
});

test('there are twenty recipes', () => {
  expect(pages[0]?.documents.length).toBeGreaterThanOrEqual(20);
});

test('each recipe runs as it is printed', async () => {
  for (const document of pages.flatMap(({ documents }) => documents).filter((text) => text.includes('within:')))
    await api.query(document);
});

test('the documents and orders on the page for front ends are valid', async () => {
  const clients = await readFile(new URL('../../docs/clients.md', import.meta.url), 'utf8');
  const shown = [...clients.matchAll(/^```graphql\n([\s\S]*?)^```$/gm)].map(([, document = '']) => document);
  const orders = [...clients.matchAll(/^\| `(\{ .* \})` \| .* \|$/gm)].map(([, item]) => item);
  expect([shown.length, orders.length]).toEqual([4, 5]);
  for (const document of [...shown, ...orders.map((item) => `{ devices(orderBy: [${item}]) { nodes { serial } } }`)])
    await api.query(document);
});

/** Compares the answers; with `-u`, writes them. */
test.each(pages)('$name has the right answers', async ({ file, page, documents }) => {
  let told = page;
  for (const document of documents) {
    const answer = shown(await api.query(await then(document)));
    expect(answer, document).not.toMatch(/\[\]|null/);
    const start = told.indexOf(document) + document.length;
    const end = told.indexOf('\n```\n', start + '```\n\n```json'.length);
    told = `${told.slice(0, start)}\`\`\`\n\n\`\`\`json\n${answer}${told.slice(end)}`;
  }
  await expect(told).toMatchFileSnapshot(file);
});
