import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { bundle } from '../../scripts/bundle.ts';
import { isBrowserAbsent, launchBrowser } from '../support/browser.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { createIssuer, type Issuer } from '../support/issuer.ts';
import { type Program, portOf, startProgram, variablesFor } from '../support/program.ts';

const absent = isBrowserAbsent('the dashboard');

const timeout = 60_000;

describe.skipIf(absent)('the dashboard in a browser', { timeout }, () => {
  let database: TestDatabase;
  let issuer: Issuer;
  let program: Program;
  let port = 0;
  let browser: Browser;
  let folder: string;

  /** The build, with all that it can be strict about. */
  const startServer = async (): Promise<void> => {
    const variables = {
      ...variablesFor(database.connection),
      HOST: 'localhost',
      PORT: String(port),
      DASHBOARD: 'on',
      DOCUMENTS: 'persisted-only',
      STRICT_DOCUMENTS: 'true',
      AUTH: 'entra',
      AUTH_TENANT_ID: issuer.config.tenantId,
      AUTH_AUDIENCE: issuer.config.audiences.join(','),
      AUTH_AUTHORITY: new URL(issuer.config.keysUrl).origin,
    };
    program = startProgram([], variables, { command: [process.execPath, join(folder, 'main.js')] });
    port = await portOf(program);
  };

  const stopServer = async (): Promise<void> => {
    program.process.kill('SIGTERM');
    expect(await program.ended).toBe(0);
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'events-graphql-browser-'));
    [database, issuer] = await Promise.all([createDatabase(), createIssuer(), bundle(pathToFileURL(`${folder}/`))]);
    await startServer();
    browser = await launchBrowser();
  }, timeout);

  afterAll(async () => {
    await browser?.close();
    await stopServer();
    await issuer.end();
    await database.drop();
    await rm(folder, { recursive: true });
  });

  let context: BrowserContext;
  let page: Page;
  let complaints: string[];

  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 1440, height: 1000 }, timezoneId: 'UTC', locale: 'en-GB' });
    context.setDefaultTimeout(timeout / 3);
    complaints = [];
    context.on('weberror', (error) => complaints.push(error.error().message));
    context.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    page = await context.newPage();
  });

  afterEach(async () => {
    await context.close();
    expect(complaints).toEqual([]);
  });

  const address = (search = '') => `http://localhost:${port}/dashboard${search}`;

  /** Opens the page for somebody who has a token already. */
  async function open(search = '', roles = ['Events.Read', 'Events.Write']): Promise<void> {
    const token = await issuer.sign({ roles });
    await page.addInitScript((text) => sessionStorage.setItem('access-token', text), token);
    await page.goto(address(search));
  }

  /** Long ago until tomorrow: all events of the sample. */
  const always = () => {
    const at = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
    return `from=${at(-35)}&to=${at(1)}`;
  };

  const countOf = async (condition = 'true'): Promise<number> => {
    const { rows } = await database.admin<{ count: number }>(
      `select count(*)::int from events.event join events.device using (device_id) join events.site using (site_id)
       where ${condition}`,
    );
    return rows[0]?.count ?? 0;
  };

  const chart = (name: RegExp) => page.getByRole('img', { name });
  const eventsChart = () => chart(/^Events per/);
  const panel = (name: string) => page.getByRole('region', { name, exact: true });
  const tailRow = (serial: string) => panel('Live events').getByRole('row').filter({ hasText: serial });

  /** Waits until the chart of events is about so many. */
  const showsEvents = (count: number) =>
    chart(new RegExp(`^Events per .*: ${count.toLocaleString('en-GB')} in all`)).waitFor();

  /** How many different colours a chart's canvas has: an empty one has one. */
  const colorsOf = (name: RegExp) =>
    chart(name)
      .locator('canvas')
      .evaluate((canvas) => {
        const pixels = (canvas as HTMLCanvasElement).getContext('2d')?.getImageData(0, 0, 1000, 240).data;
        return new Set(pixels && new Uint32Array(pixels.buffer)).size;
      });

  /** Rows that arrive now, one after the other, each on the device with this serial number. */
  const insert = (serial: string, values: readonly number[]) =>
    database.admin(
      `insert into events.event (occurred_at, device_id, event_type_id, severity, value)
       select clock_timestamp(), device_id, 'temperature', 'info', value
       from events.device, unnest($2::numeric[]) value where serial = $1`,
      [serial, values],
    );

  test('loads without a complaint, and its charts have what the database has', async () => {
    await open(`?${always()}`);
    await showsEvents(await countOf());
    await panel('Events per day').getByText('As a table').click();
    const totals = await panel('Events per day').locator('tbody td:last-child').allTextContents();
    expect(totals.reduce((sum, text) => sum + Number(text), 0)).toBe(await countOf());
    await chart(/^Temperature, percentiles/).waitFor();
    expect(await colorsOf(/^Events per/)).toBeGreaterThan(5);
    expect(await colorsOf(/^Temperature, percentiles/)).toBeGreaterThan(5);
    expect(await panel('Noisiest devices').getByRole('listitem').count()).toBe(8);
    expect(await panel('Live events').getByRole('row').count()).toBeGreaterThan(40);
  });

  test('a filter changes the charts, stands in the address, and can be taken back', async () => {
    await open(`?${always()}`);
    const { rows } = await database.admin<{ code: string; name: string }>('select code, name from events.site limit 1');
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

  test('a stroke over the chart chooses a range, and so do buttons', async () => {
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

  test('a row that is inserted appears in the tail, and pausing loses none', async () => {
    const serial = 'SN-000001';
    await open(`?device=${serial}`);
    await tailRow(serial).first().waitFor();
    await insert(serial, [4001]);
    await tailRow(serial).filter({ hasText: '4,001' }).waitFor();
    await panel('Live events').getByRole('button', { name: 'Pause' }).click();
    await panel('Live events').getByText('paused').waitFor();
    await insert(serial, [4002, 4003]);
    await panel('Live events').getByRole('button', { name: 'Resume' }).click();
    await page.getByText('Caught up with 2 events').waitFor();
    expect(await panel('Live events').getByText('4,002').count()).toBe(1);
    expect(await panel('Live events').getByText('4,003').count()).toBe(1);
  });

  test('a server that goes away is missed, and what came meanwhile is not', async () => {
    const serial = 'SN-000002';
    await open(`?device=${serial}&measure=humidity`);
    await tailRow(serial).first().waitFor();
    await insert(serial, [501]);
    await tailRow(serial).filter({ hasText: '501' }).waitFor();
    await stopServer();
    await page.getByText('The server is away').waitFor();
    await panel('Live events').getByText('reconnecting').waitFor();
    await insert(serial, [502, 503]);
    await startServer();
    await insert(serial, [504]);
    await tailRow(serial).filter({ hasText: '504' }).waitFor();
    await page.getByText('The server is away').waitFor({ state: 'hidden' });
    const values = (await panel('Live events').locator('td:last-child').allTextContents()).map(Number.parseFloat);
    expect(values.slice(0, 4)).toEqual([504, 503, 502, 501]);
    expect(complaints.filter((text) => !/ERR_CONNECTION|ERR_INCOMPLETE|ERR_EMPTY/.test(text))).toEqual([]);
    complaints.length = 0;
  });

  describe('acknowledging an incident', () => {
    /** Opens an incident of a device, and the page of that device, where nothing is asked for again by itself. */
    async function openIncident(title: string, roles?: string[]) {
      await database.admin(
        `insert into events.incident (device_id, severity, title)
         select device_id, 'error', $1 from events.device where serial = 'SN-000003'`,
        [title],
      );
      await open('?device=SN-000003&live=off', roles);
      return panel('Incidents').getByRole('listitem').filter({ hasText: title });
    }

    const stateOf = async (title: string) =>
      (
        await database.admin('select acknowledged_at is not null as done from events.incident where title = $1', [
          title,
        ])
      ).rows[0]?.['done'];

    test('is shown at once, and done', async () => {
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

    test('that somebody else has acknowledged meanwhile says so, and changes nothing', async () => {
      const incident = await openIncident('Trouble B');
      await incident.getByRole('button', { name: /^Acknowledge/ }).waitFor();
      await database.admin(
        "update events.incident set acknowledged_at = opened_at + interval '1 microsecond' where title = 'Trouble B'",
      );
      await incident.getByRole('button', { name: /^Acknowledge/ }).click();
      await incident.getByRole('alert').filter({ hasText: 'Somebody else was first' }).waitFor();
      expect(await incident.getByRole('button').count()).toBe(0);
      const { rows } = await database.admin(
        "select acknowledged_at = opened_at + interval '1 microsecond' as same from events.incident where title = 'Trouble B'",
      );
      expect(rows).toEqual([{ same: true }]);
    });

    test('by somebody who may only read is taken back', async () => {
      const incident = await openIncident('Trouble C', ['Events.Read']);
      await incident.getByRole('button', { name: /^Acknowledge/ }).click();
      await incident.getByRole('alert').filter({ hasText: 'Not acknowledged' }).waitFor();
      expect(await incident.getByRole('button', { name: /^Acknowledge/ }).count()).toBe(1);
      expect(await stateOf('Trouble C')).toBe(false);
      expect(complaints.filter((text) => !text.includes('403'))).toEqual([]);
      complaints.length = 0;
    });
  });

  test('without a token it asks for one, and takes no bad one', async () => {
    await page.goto(address(`?${always()}`));
    const form = page.getByRole('dialog', { name: 'Access token' });
    await form.getByText('az account get-access-token').waitFor();
    await form.getByLabel('Token', { exact: true }).fill('nonsense');
    await form.getByRole('button', { name: 'Use it' }).click();
    await form.getByRole('alert').filter({ hasText: /token/i }).waitFor();
    await form.getByLabel('Token', { exact: true }).fill(await issuer.sign());
    await form.getByRole('button', { name: 'Use it' }).click();
    await showsEvents(await countOf());
    expect(await form.count()).toBe(0);
    expect(complaints.filter((text) => !text.includes('401'))).toEqual([]);
    complaints.length = 0;
  });

  test.each(['light', 'dark'] as const)('fits a narrow screen, %s', async (colorScheme) => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.emulateMedia({ colorScheme });
    await open(`?${always()}`);
    await showsEvents(await countOf());
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const before = await background();
    await page.getByRole('button', { name: /colours$/ }).click();
    await expect.poll(background).not.toBe(before);
  });

  test('says where there is nothing', async () => {
    await open('?device=SN-999999');
    await page.getByText('There is no such device.').waitFor();
    await page.getByText('No events here.').waitFor();
    await page.getByText('No incidents.').waitFor();
    await page.getByText('No event yet.').waitFor();
  });
});
