import { afterAll, describe, expect, test } from 'vitest';
import { listen } from '../../src/server/listen.ts';
import { violationsOn } from '../support/axe.ts';
import { isBrowserAbsent, launchBrowser } from '../support/browser.ts';
import { setUp, setUpIssuer } from '../support/setUp.ts';

/** Violations by GraphiQL itself: small buttons inside tabs, and the contrast of its editors. */
const upstream = /^(nested-interactive|target-size): .*graphiql-|^color-contrast: <(div|span) class="(?!account)/;

describe.skipIf(isBrowserAbsent('GraphiQL with persisted documents'))('with persisted documents only', async () => {
  const issuer = await setUpIssuer();
  const entry = (id: string, text: string) => ({ id, text, file: 'documents.json' });
  const { api } = await setUp({
    config: { graphiql: true, auth: issuer.config, documents: { paths: [], persistedOnly: true, strict: false } },
    documents: [
      entry('serials', 'query Serials($first:Int=2){devices(first:$first){nodes{serial}}}'),
      entry('tail', 'subscription Tail { incidentsAdded { cursor } }'),
    ],
  });
  const server = await listen(api.app, 'localhost', 0);
  const browser = await launchBrowser();
  afterAll(async () => {
    await browser.close();
    api.tails.stop();
    await server.drain(0);
  });

  test.each([
    [1400, 'light'],
    [390, 'dark'],
  ] as const)(
    'a user who may only read finds and runs the documents, %d wide, %s',
    { timeout: 90_000 },
    async (width, colorScheme) => {
      const context = await browser.newContext({ viewport: { width, height: 844 }, colorScheme });
      context.setDefaultTimeout(30_000);
      const page = await context.newPage();
      await page.goto(`http://localhost:${server.port}/graphql`);
      await page.getByLabel('Token', { exact: true }).waitFor();
      expect(await violationsOn(page)).toEqual([]);
      await page.getByLabel('Token', { exact: true }).fill(await issuer.sign({ roles: ['Events.Read'] }));
      await page.getByRole('button', { name: 'Use it' }).click();
      const result = page.getByRole('region', { name: 'Result Window' });
      await page.getByRole('tab', { name: 'Serials' }).waitFor();
      await page.getByRole('button', { name: /^Execute query/ }).click();
      await result.filter({ hasText: '"serial"' }).waitFor();
      expect((await result.boundingBox())?.width).toBeGreaterThan(width / 3);
      await page.getByText('Persisted documents (2)').click();
      const link = page.getByRole('link', { name: 'Tail' });
      const { x = 0, width: wide = 0 } = (await link.boundingBox()) ?? {};
      expect(x + wide).toBeLessThanOrEqual(width);
      const found = (await violationsOn(page)).filter((text) => !upstream.test(text));
      expect(found).toEqual([]);
      await link.click();
      await page.getByRole('region', { name: 'Operation Editor' }).filter({ hasText: 'subscription Tail' }).waitFor();
      await page.getByRole('button', { name: /^Execute query/ }).click();
      await result.filter({ hasText: '"incidentsAdded"' }).waitFor();
      await page.getByRole('button', { name: /^Stop query/ }).click();
      await context.close();
    },
  );
});
