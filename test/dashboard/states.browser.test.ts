import type { Page } from 'playwright-core';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { violationsOn } from '../support/axe.ts';
import { isBrowserAbsent } from '../support/browser.ts';
import { always, setUpDashboard } from '../support/dashboard.ts';
import { hiddenIn, resize } from '../support/fits.ts';

const absent = isBrowserAbsent('the states of the dashboard');

const longSerial = `SN-${'VERY-LONG-'.repeat(6)}01`;

describe.skipIf(absent)('the dashboard', { timeout: 120_000 }, () => {
  const { admin, chart, countOf, forgive, open, panel, showsEvents, ...dashboard } = setUpDashboard({
    // The server accepts schema changes although documents become invalid.
    STRICT_DOCUMENTS: 'false',
  });
  let page: Page;
  beforeEach(async () => {
    page = dashboard.page();
    await page.emulateMedia({ reducedMotion: 'reduce' });
  });

  // The data of all devices includes the longest serial, the largest value, and a payload with a long text without
  // spaces.
  beforeAll(async () => {
    expect(longSerial.length).toBe(65);
    await admin("update events.device set serial = $1 where serial = 'SN-000005'", [longSerial]);
    await admin(
      `insert into events.event (occurred_at, device_id, event_type_id, severity, value, payload)
       select now() - n * interval '1 minute', device_id, 'power', 'error', 123456789.123, jsonb_build_object('n', n, 'text', repeat('x', 300))
       from events.device, generate_series(1, 30) n where serial = $1`,
      [longSerial],
    );
  });

  const tail = () => panel('Live events');
  const rows = () => tail().getByRole('listitem');
  const legend = (name: string) => panel(name).locator('.legend');
  const filled = () => Promise.all([rows().first().waitFor(), chart(/^Events per/).waitFor()]);

  interface State {
    readonly name: string;
    readonly search: () => string;
    /** Brings the open page into the state. */
    readonly reach: () => Promise<unknown>;
    readonly leave?: () => Promise<unknown>;
  }

  const states: readonly State[] = [
    { name: 'all devices', search: () => `?${always()}`, reach: filled },
    { name: 'large values', search: () => '?measure=power&range=1h', reach: filled },
    {
      name: 'a device',
      search: () => '?device=SN-000001&range=30d',
      reach: () => page.getByText('Last readings').waitFor(),
    },
    {
      name: 'a device with a long serial number',
      search: () => `?device=${longSerial}&measure=power`,
      reach: () => chart(/^Power draw, each of 30 values/).waitFor(),
    },
    {
      name: 'an address that is wrong throughout',
      search: () => '?site=NOPE&device=NOPE&severity=loud&range=banana&measure=length&live=perhaps&x=1',
      reach: () => page.getByText('There is no site “NOPE”').waitFor(),
    },
    {
      name: 'another year, paused',
      search: () => '?from=2020-01-01&to=2020-01-03&live=off',
      reach: () => page.getByText('No events here.').first().waitFor(),
    },
    {
      name: 'opened rows and tables, a filter',
      search: () => `?${always()}&severity=error`,
      async reach() {
        await filled();
        await rows().first().getByRole('button').click();
        await tail().getByText('xxxxxxxx').waitFor();
        for (const summary of await page.locator('summary').all()) await summary.click();
      },
    },
    {
      name: 'a server that is away',
      search: () => '',
      async reach() {
        await filled();
        await page.context().setOffline(true);
        await page.getByRole('combobox', { name: 'Site' }).selectOption({ index: 1 });
        await page.getByText('The server is away').waitFor();
      },
      async leave() {
        await page.context().setOffline(false);
        forgive(/ERR_INTERNET_DISCONNECTED/);
      },
    },
  ];

  test.each(states)('the page hides nothing and is accessible: $name', async ({ search, reach, leave }) => {
    await open(search());
    await reach();
    for (const width of [390, 768, 1024, 1440, 1920]) {
      await resize(page, width);
      expect.soft(await hiddenIn(page), `${width} px`).toEqual([]);
    }
    for (const [width, colorScheme] of [
      [390, 'dark'],
      [1440, 'light'],
    ] as const) {
      await resize(page, width);
      await page.emulateMedia({ colorScheme });
      expect.soft(await violationsOn(page), `${width} px, ${colorScheme}`).toEqual([]);
    }
    await leave?.();
  });

  test('the check finds hidden texts', async () => {
    await open(`?${always()}`);
    await filled();
    expect(await hiddenIn(page)).toEqual([]);
    const canvas = chart(/^Events per/).locator('canvas');
    await canvas.evaluate((canvas) => (canvas as HTMLCanvasElement).getContext('2d')?.fillRect(0, 50, 9, 9));
    expect(await hiddenIn(page)).toEqual([expect.stringContaining('a label of the chart "Events')]);
    const value = rows().first().locator('.value');
    await value.evaluate(({ style }) =>
      Object.assign(style, { width: '9px', overflow: 'hidden', whiteSpace: 'nowrap' }),
    );
    expect((await hiddenIn(page)).join()).toContain('span.value');
    await panel('Noisiest devices').evaluate(({ style }) => Object.assign(style, { width: '3000px' }));
    expect((await hiddenIn(page)).join()).toContain('the page, which is');
  });

  test('outdated numbers are marked everywhere until they are updated', async () => {
    await open(`?${always()}`);
    await showsEvents(await countOf());
    await page.context().setOffline(true);
    const { rows: sites } = await admin<{ code: string; name: string }>('select code, name from events.site limit 1');
    await page.getByRole('combobox', { name: 'Site' }).selectOption(sites[0]?.name ?? '');
    await page.getByText('The server is away').waitFor();
    expect(await page.locator('.figures .stale').count()).toBe(await page.locator('.figures > div').count());
    for (const name of ['Events per day', 'Noisiest devices', 'Open incidents'])
      expect(await panel(name).getAttribute('aria-busy')).toBe('true');
    await page.getByRole('switch', { name: 'Live, reconnecting' }).waitFor();
    await page.getByText(/^Not up to date: as of/).waitFor();
    await page.context().setOffline(false);
    await showsEvents(await countOf(`site.code = '${sites[0]?.code}'`));
    await expect.poll(() => page.locator('.stale').count()).toBe(0);
    await page.getByText(/^As of/).waitFor();
    forgive(/ERR_INTERNET_DISCONNECTED/);
  });

  test('values have all their digits, in rows, labels and tables', async () => {
    await open(`?device=${longSerial}&measure=power`);
    await rows().first().getByText('123,456,789.123 W').waitFor();
    await legend('Values').getByText('123,456,789.123 W').waitFor();
    expect(await rows().first().getByText(longSerial).count()).toBe(0);
    await page.getByRole('link', { name: 'Telemetry' }).click();
    await rows().first().getByTitle(longSerial).waitFor();
    await rows().first().getByText('123,456,789.123 W').waitFor();
  });

  test('percentiles are only drawn for enough values, and show their number', async () => {
    await open(`?${always()}`);
    await legend('Percentiles').getByText('values').waitFor();
    await panel('Percentiles').getByText('As a table').click();
    const cells = await panel('Percentiles')
      .locator('tbody tr')
      .evaluateAll((all) => all.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent)));
    const { rows: counted } = await admin<{ count: number }>(
      "select count(*)::int from events.event where event_type_id = 'temperature'",
    );
    expect(cells.reduce((sum, [count]) => sum + Number(count), 0)).toBe(counted[0]?.count);
    for (const [count, ...lines] of cells)
      expect(lines.map((line) => line !== '–')).toEqual([10, 20, 100].map((needed) => Number(count) >= needed));
    expect(new Set(cells.flat().map((cell) => cell === '–')).size).toBe(2);
  });

  test('a few values are drawn as points', async () => {
    await open(`?${always()}&device=SN-000001`);
    const count = await countOf("device.serial = 'SN-000001' and event_type_id = 'temperature'");
    await chart(new RegExp(`^Temperature, each of ${count} values`)).waitFor();
  });

  test('a click on a severity shows only that one, everywhere', async () => {
    await open(`?${always()}`);
    await showsEvents(await countOf());
    await legend('Events per day')
      .getByRole('button', { name: /^error/ })
      .click();
    await showsEvents(await countOf("severity = 'error'"));
    await expect
      .poll(() =>
        rows()
          .locator('.tag')
          .allTextContents()
          .then((all) => [...new Set(all)]),
      )
      .toEqual(['error']);
    expect(new URL(page.url()).searchParams.get('severity')).toBe('error');
    await page.getByRole('link', { name: 'Errors and worse' }).click();
    await showsEvents(await countOf("severity >= 'error'"));
    await page.getByRole('button', { name: /^Only critical, error/ }).click();
    await showsEvents(await countOf());
  });

  test('a click on a line hides the line', async () => {
    await open(`?${always()}`);
    const line = legend('Percentiles').getByRole('button', { name: /^p99/ });
    const canvas = () =>
      chart(/percentiles per/)
        .locator('canvas')
        .evaluate((element) => (element as HTMLCanvasElement).toDataURL());
    await line.waitFor();
    // The legend may be there before the chart is drawn to the end.
    let before = '';
    const isDrawn = async () => {
      const last = before;
      before = await canvas();
      return before === last;
    };
    await expect.poll(isDrawn).toBe(true);
    await line.click();
    expect(await line.getAttribute('aria-pressed')).toBe('false');
    await expect.poll(canvas).not.toBe(before);
    await line.click();
    await page.mouse.move(0, 0);
    await expect.poll(canvas).toBe(before);
  });

  test('incidents are marked and counted', async () => {
    await open(`?${always()}`);
    const { rows: incidents } = await admin<{ count: number }>('select count(*)::int from events.incident');
    await expect.poll(() => legend('Events per day').textContent()).toContain(`incidents ${incidents[0]?.count}`);
  });

  test('rows are a single tab stop; arrow keys move between them, and Enter opens one', async () => {
    await open(`?device=${longSerial}`);
    await rows().nth(20).waitFor();
    const stops = () => tail().locator('button:not([tabindex="-1"]), a, [tabindex="0"]').count();
    expect(await stops()).toBe(2);
    await tail().getByRole('button', { name: 'Pause' }).focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    expect(await stops()).toBe(2);
    await page.keyboard.press('Enter');
    await rows().nth(2).getByText('"n": 28').waitFor();
    await rows().nth(2).getByText('x'.repeat(300)).waitFor();
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-expanded'))).toBe('true');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(longSerial);
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('End');
    expect(
      await rows()
        .last()
        .getByRole('button')
        .first()
        .evaluate((row) => row === document.activeElement),
    ).toBe(true);
  });

  test('another year is shown, and so is the time zone', async () => {
    await open('?from=2020-01-01&to=2020-01-02');
    await page.getByText('1 Jan 2020, 00:00:00 – 2 Jan 2020, 00:00:00').waitFor();
    await page.getByText(/^As of .*, UTC$/).waitFor();
  });

  test('zooming out ends when points could no longer be distinguished', async () => {
    await open();
    await chart(/^Events per/).waitFor();
    for (let i = 0; i < 20; i++) await page.getByRole('button', { name: 'Zoom out' }).click();
    const { searchParams } = new URL(page.url());
    const [from, to] = ['from', 'to'].map((name) => Date.parse(searchParams.get(name) ?? ''));
    expect((to ?? 0) - (from ?? 0)).toBe(5 * 365 * 86_400_000);
    expect(to).toBeLessThanOrEqual(Date.now());
    await panel('Events per 30 days').waitFor();
    await showsEvents(await countOf());
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  test('with a database of another schema there is one message, and a way back', async () => {
    await admin('alter table events.device rename serial to number');
    dashboard.readCatalog();
    await open();
    await page.getByText('another schema than this page was made for').waitFor();
    expect(await page.getByRole('alert').count()).toBe(1);
    expect(await page.getByRole('region').count()).toBe(0);
    expect(await hiddenIn(page)).toEqual([]);
    expect(await violationsOn(page)).toEqual([]);
    await admin('alter table events.device rename number to serial');
    dashboard.readCatalog();
    const again = page.getByRole('button', { name: 'Try again' });
    await expect
      .poll(async () => {
        if (await again.isVisible()) await again.click();
        return rows().count();
      })
      .toBeGreaterThan(0);
    forgive(/400|503/);
  });
});
