import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { isBrowserAbsent } from '../support/browser.ts';
import { always, setUpDashboard } from '../support/dashboard.ts';

const absent = isBrowserAbsent('the dashboard');

describe.skipIf(absent)('the dashboard in a browser', { timeout: 60_000 }, () => {
  const { admin, address, chart, countOf, forgive, open, panel, showsEvents, ...dashboard } = setUpDashboard();
  let page: Page;
  beforeEach(() => {
    page = dashboard.page();
  });

  const eventsChart = () => chart(/^Events per/);
  const tailRows = () => panel('Live events').getByRole('listitem');

  /** Counts the colours of a chart's canvas; an empty canvas has one. */
  const colorsOf = (name: RegExp) =>
    chart(name)
      .locator('canvas')
      .evaluate((canvas) => {
        const pixels = (canvas as HTMLCanvasElement).getContext('2d')?.getImageData(0, 0, 1000, 240).data;
        return new Set(pixels && new Uint32Array(pixels.buffer)).size;
      });

  /** Inserts events that arrive now, in sequence, on the device with this serial number. */
  const insert = (serial: string, values: readonly number[]) =>
    admin(
      `insert into events.event (occurred_at, device_id, event_type_id, severity, value)
       select clock_timestamp(), device_id, 'temperature', 'info', value
       from events.device, unnest($2::numeric[]) value where serial = $1`,
      [serial, values],
    );

  test('the page loads without a complaint, and its charts show what the database has', async () => {
    await open(`?${always()}`);
    await showsEvents(await countOf());
    await panel('Events per day').getByText('As a table').click();
    const totals = await panel('Events per day').locator('tbody td:nth-last-child(2)').allTextContents();
    expect(totals.reduce((sum, text) => sum + Number(text), 0)).toBe(await countOf());
    await chart(/^Temperature, percentiles/).waitFor();
    expect(await colorsOf(/^Events per/)).toBeGreaterThan(5);
    expect(await colorsOf(/^Temperature, percentiles/)).toBeGreaterThan(5);
    expect(await panel('Noisiest devices').getByRole('listitem').count()).toBe(8);
    expect(await tailRows().count()).toBeGreaterThan(40);
  });

  test('a filter changes the charts, is kept in the address, and can be undone', async () => {
    await open(`?${always()}`);
    const { rows } = await admin<{ code: string; name: string }>('select code, name from events.site limit 1');
    const [site] = rows;
    await page.getByRole('combobox', { name: 'Site' }).selectOption(site?.name ?? '');
    await showsEvents(await countOf(`site.code = '${site?.code}'`));
    expect(new URL(page.url()).searchParams.get('site')).toBe(site?.code);
    await page.reload();
    await showsEvents(await countOf(`site.code = '${site?.code}'`));
    await page.goBack();
    await showsEvents(await countOf());
    await page.getByRole('combobox', { name: 'Device' }).fill('SN-000004');
    await page.getByRole('combobox', { name: 'Device' }).press('Enter');
    await showsEvents(await countOf("device.serial = 'SN-000004'"));
    await panel('Device SN-000004').getByText('Last readings').waitFor();
  });

  test('dragging over the chart selects a range, and so do buttons', async () => {
    await open('?range=30d');
    await eventsChart().waitFor();
    const box = await eventsChart().boundingBox();
    if (!box) throw new Error('There is no chart');
    await page.mouse.move(box.x + 300, box.y + 100);
    await page.mouse.down();
    await page.mouse.move(box.x + 420, box.y + 100, { steps: 4 });
    await page.mouse.up();
    await page.waitForURL(/from=.*&to=/);
    const lengthNow = () => {
      const { searchParams } = new URL(page.url());
      return Date.parse(searchParams.get('to') ?? '') - Date.parse(searchParams.get('from') ?? '');
    };
    const chosen = lengthNow();
    expect(chosen / 86_400_000).toBeGreaterThan(2);
    expect(chosen / 86_400_000).toBeLessThan(8);
    await page.getByRole('button', { name: 'Zoom out' }).press('Enter');
    await expect.poll(() => Math.round(lengthNow() / 1000)).toBe(Math.round((2 * chosen) / 1000));
    await page.getByRole('button', { name: 'Back to now' }).click();
    await page.waitForURL((url) => !url.search.includes('from'));
  });

  test('an inserted row appears in the tail, and pausing loses none', async () => {
    const serial = 'SN-000001';
    await open(`?device=${serial}`);
    await tailRows().first().waitFor();
    await insert(serial, [4001]);
    await tailRows().filter({ hasText: '4,001' }).waitFor();
    await panel('Live events').getByRole('button', { name: 'Pause' }).click();
    await panel('Live events').getByText('paused').waitFor();
    await insert(serial, [4002, 4003]);
    await panel('Live events').getByRole('button', { name: 'Resume' }).click();
    await page.getByText('Caught up with 2 events').waitFor();
    expect(await panel('Live events').getByText('4,002').count()).toBe(1);
    expect(await panel('Live events').getByText('4,003').count()).toBe(1);
  });

  test('the page notices a lost server, and misses no row that was added meanwhile', async () => {
    const serial = 'SN-000002';
    await open(`?device=${serial}&measure=humidity`);
    await tailRows().first().waitFor();
    await insert(serial, [501]);
    await tailRows().filter({ hasText: '501' }).waitFor();
    await dashboard.stopServer();
    await page.getByText('The server is away').waitFor();
    await panel('Live events').getByText('reconnecting').waitFor();
    await insert(serial, [502, 503]);
    await dashboard.startServer();
    await insert(serial, [504]);
    await tailRows().filter({ hasText: '504' }).waitFor();
    await page.getByText('The server is away').waitFor({ state: 'hidden' });
    const values = (await panel('Live events').locator('.value').allTextContents()).map(Number.parseFloat);
    expect(values.slice(0, 4)).toEqual([504, 503, 502, 501]);
    forgive(/ERR_CONNECTION|ERR_INCOMPLETE|ERR_EMPTY/);
  });

  describe('acknowledging an incident', () => {
    /** Creates an incident of a device and opens the device's page, which does not refresh by itself. */
    async function openIncident(title: string, roles?: string[]) {
      await admin(
        `insert into events.incident (device_id, severity, title)
         select device_id, 'error', $1 from events.device where serial = 'SN-000003'`,
        [title],
      );
      await open('?device=SN-000003&live=off', roles);
      return panel('Incidents').getByRole('listitem').filter({ hasText: title });
    }

    const stateOf = async (title: string) =>
      (await admin('select acknowledged_at is not null as done from events.incident where title = $1', [title]))
        .rows[0]?.['done'];

    test('an acknowledgement is shown at once, and succeeds', async () => {
      const incident = await openIncident('Trouble A');
      const answer = Promise.withResolvers<void>();
      await page.route('**/graphql', async (route) => {
        await answer.promise;
        await route.continue();
      });
      await incident.getByRole('button', { name: /^Acknowledge/ }).click();
      await incident.getByText('acknowledged').waitFor();
      expect(await stateOf('Trouble A')).toBe(false);
      const done = page.waitForResponse((response) => response.request().method() === 'POST');
      answer.resolve();
      expect(await (await done).json()).not.toHaveProperty('errors');
      expect(await stateOf('Trouble A')).toBe(true);
    });

    test('an acknowledgement is rejected if somebody else was faster, and the page says so', async () => {
      const incident = await openIncident('Trouble B');
      await incident.getByRole('button', { name: /^Acknowledge/ }).waitFor();
      await admin(
        "update events.incident set acknowledged_at = opened_at + interval '1 microsecond' where title = 'Trouble B'",
      );
      await incident.getByRole('button', { name: /^Acknowledge/ }).click();
      await incident.getByRole('alert').filter({ hasText: 'Somebody else was first' }).waitFor();
      expect(await incident.getByRole('button').count()).toBe(0);
      const { rows } = await admin(
        "select acknowledged_at = opened_at + interval '1 microsecond' as same from events.incident where title = 'Trouble B'",
      );
      expect(rows).toEqual([{ same: true }]);
    });

    test('an acknowledgement is undone if the user may only read', async () => {
      const incident = await openIncident('Trouble C', ['Events.Read']);
      await incident.getByRole('button', { name: /^Acknowledge/ }).click();
      await incident.getByRole('alert').filter({ hasText: 'Not acknowledged' }).waitFor();
      expect(await incident.getByRole('button', { name: /^Acknowledge/ }).count()).toBe(1);
      expect(await stateOf('Trouble C')).toBe(false);
      forgive(/403/);
    });
  });

  test('without a token, the page requests one, and rejects an invalid one', async () => {
    await page.goto(address(`?${always()}`));
    const form = page.getByRole('dialog', { name: 'Access token' });
    await form.getByText('az account get-access-token').waitFor();
    await form.getByLabel('Token', { exact: true }).fill('nonsense');
    await form.getByRole('button', { name: 'Use it' }).click();
    await form.getByRole('alert').filter({ hasText: /token/i }).waitFor();
    await form.getByLabel('Token', { exact: true }).fill(await dashboard.sign());
    await form.getByRole('button', { name: 'Use it' }).click();
    await showsEvents(await countOf());
    expect(await form.count()).toBe(0);
    forgive(/401/);
  });

  test.each(['light', 'dark'] as const)(
    'the colours follow the system, %s, until others are chosen',
    async (colorScheme) => {
      await page.emulateMedia({ colorScheme });
      await open();
      const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
      const before = await background();
      await page.getByRole('button', { name: /colours$/ }).click();
      await expect.poll(background).not.toBe(before);
    },
  );

  test('the page says so if there is nothing to show', async () => {
    await open('?device=SN-999999');
    await page.getByText('There is no such device.').waitFor();
    await page.getByText('No events here.').waitFor();
    await page.getByText('No incidents.').waitFor();
    await page.getByText('No event yet.').waitFor();
  });
});
