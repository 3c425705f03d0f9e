import { afterAll, describe, expect, test } from 'vitest';
import { listen } from '../../src/server/listen.ts';
import { isBrowserAbsent, launchBrowser } from '../support/browser.ts';
import { createEmptyDatabase } from '../support/database.ts';
import { setUp } from '../support/setUp.ts';

/** Number of tables. With 1,000 the result is the same but takes longer. */
const tables = 300;

const prepare = `
  create schema events;
  do $$ begin
    for n in 1..${tables} loop
      execute format('create table events.item_%s (
        item_id bigint generated always as identity primary key, name text not null unique, at timestamptz not null,
        value numeric, attributes jsonb, other_id bigint references events.item_%s)', n, greatest(1, n / 2));
    end loop;
  end $$`;

describe.skipIf(isBrowserAbsent('GraphiQL of many tables'))(`GraphiQL of ${tables} tables`, async () => {
  const { api } = await setUp({ database: createEmptyDatabase, prepare, config: { graphiql: true } });
  const server = await listen(api.app, 'localhost', 0);
  const browser = await launchBrowser();
  afterAll(async () => {
    await browser.close();
    await server.drain(0);
  });

  test('GraphiQL opens, shows the documentation, and completes the name of a column', { timeout: 90_000 }, async () => {
    const page = await browser.newPage();
    page.setDefaultTimeout(45_000);
    const complaints: string[] = [];
    page.on('pageerror', ({ message }) => complaints.push(message));
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    await page.goto(`http://localhost:${server.port}/graphql`);
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    await page.locator('.graphiql-doc-explorer').getByRole('link', { name: 'Query', exact: true }).click();
    await page
      .locator('.graphiql-doc-explorer')
      .getByRole('link', { name: `item${tables}List`, exact: true })
      .waitFor();
    await page.getByRole('region', { name: 'Operation Editor' }).locator('.view-lines').click();
    await page.keyboard.press('Control+A');
    await page.keyboard.type(`{ item${tables}List { nodes { na`);
    await page.keyboard.press('Control+Space');
    const suggestions = page.locator('.suggest-widget').getByRole('option');
    await suggestions.filter({ hasText: /^name/ }).first().waitFor();
    expect(complaints).toEqual([]);
  });
});
