import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type CollectorOptions, runCollector } from '../../src/dev/collector/collector.ts';
import { createSend, UnavailableError } from '../../src/dev/collector/send.ts';
import { setUp, setUpServer } from '../support/setUp.ts';

const { database, api } = await setUp();
const { url } = await setUpServer(api);

const countEvents = async (condition = 'true') =>
  (await database.admin<{ count: number }>(`select count(*)::int from events.event where ${condition}`)).rows[0]
    ?.count ?? 0;

/** Creates a log; `first` resolves with its first line. */
function createLog() {
  const lines: string[] = [];
  const first = Promise.withResolvers<string>();
  const write = (line: string) => {
    lines.push(line);
    first.resolve(line);
  };
  const log = pino({ level: 'warn' }, { write });
  return { log, first: first.promise, lines };
}

/** Starts a server in front of the API, or in its place. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
}

/** Deletes everything since a time, as if the collector had been stopped. */
const forget = (since: string) =>
  database.admin(`
    delete from events.event where occurred_at > now() - interval '${since}';
    delete from events.incident where opened_at > now() - interval '${since}'`);

/** Returns rows that exist only in the gap or only whole weeks before it. */
async function differences(since: string, weeks: number): Promise<unknown[]> {
  const { rows } = await database.admin(`
    with hole as (select now() - interval '${since}' as from_, now() - interval '1 minute' as to_),
    made as (
      select occurred_at, device_id, event_type_id, severity, value, payload from events.event, hole
      where occurred_at between from_ and to_
    ), model as (
      select occurred_at + interval '${weeks * 7} days' as occurred_at, device_id, event_type_id, severity, value, payload
      from events.event, hole
      where occurred_at between from_ - interval '${weeks * 7} days' and to_ - interval '${weeks * 7} days'
    )
    (table made except all table model) union all (table model except all table made)`);
  return rows;
}

describe('the simulated collector', () => {
  function collect(options: Partial<CollectorOptions> = {}) {
    const feed = runCollector({ url, log: createLog().log, everyMs: 5, ...options });
    onTestFinished(feed.stop);
    return feed;
  }

  test.each([
    ['5 hours', 1],
    ['6 days', 1],
    ['10 days', 2],
  ])('after %s without the collector, devices have done what they did %i weeks before', async (since, weeks) => {
    await forget(since);
    expect(await differences(since, weeks)).not.toEqual([]);
    const { log, lines } = createLog();
    const feed = collect({ log });
    await expect.poll(() => differences(since, weeks)).toEqual([]);
    await feed.stop();
    expect(await countEvents('occurred_at > now()')).toBe(0);
    expect(lines).toEqual([]);
  });

  test('incidents are opened and closed as they once were', async () => {
    await forget('6 days');
    await database.admin(`insert into events.incident (device_id, severity, title, opened_at, closed_at)
      select device_id, 'error', 'Again', now() - opened, now() - closed
      from (select device_id from events.device limit 1) device,
        (values (interval '9 days', interval '8 days'), ('8 days', null)) times (opened, closed)`);
    const shapes = `select device_id, severity, opened_at + interval '7 days' as opened_at, duration
      from events.incident where title = 'Again' order by opened_at`;
    const { rows: model } = await database.admin(shapes);
    const feed = collect();
    const made = shapes
      .replace("+ interval '7 days'", '')
      .replace('order', "and opened_at > now() - interval '3 days' order");
    await expect.poll(async () => (await database.admin(made)).rows).toEqual(model);
    await feed.stop();
  });

  test('the collector continues by itself, event by event', async () => {
    const feed = collect();
    const before = await countEvents();
    await database.admin(`insert into events.event (occurred_at, device_id, event_type_id, value)
      select now() - interval '7 days' + interval '1 second', device_id, 'temperature', 77 from events.device limit 1`);
    await expect.poll(() => countEvents("value = 77 and occurred_at > now() - interval '1 minute'")).toBe(1);
    await feed.stop();
    expect(await countEvents()).toBeGreaterThanOrEqual(before + 2);
  });

  test.each(['Collect', 'Open'])('what %s writes is there once although its answer is lost', async (mutation) => {
    await forget('5 hours');
    const title = `Lost ${mutation}`;
    await database.admin(
      `insert into events.incident (device_id, severity, title, opened_at, closed_at)
      select device_id, 'error', $1, now() - interval '7 days 2 hours', now() - interval '7 days 1 hour'
      from events.device limit 1`,
      [title],
    );
    const copies = async () => {
      const made = `select duration::text from events.incident where title = $1 and opened_at > now() - interval '1 day'`;
      return (await database.admin(made, [title])).rows;
    };
    let lost = 0;
    const proxy = await serve(async (request, response) => {
      const body = await text(request);
      const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
      const answered = await answer.text();
      if (body.includes(`mutation ${mutation}(`) && lost++ === 0) response.destroy();
      else response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answered);
    });
    const { log, lines } = createLog();
    const feed = collect({ url: proxy, log });
    await expect.poll(() => differences('5 hours', 1)).toEqual([]);
    await expect.poll(copies).toEqual([{ duration: '01:00:00' }]);
    await feed.stop();
    expect(await copies()).toHaveLength(1);
    expect(lost).toBeGreaterThan(0);
    expect(lines).toEqual([]);
  });

  test('the collector leaves out what the database rejects, and continues', async () => {
    await forget('5 hours');
    await database.admin(`
      create function events.refuse() returns trigger language plpgsql as $$ begin raise 'No'; end $$;
      create trigger refuse before insert on events.event for each row execute function events.refuse()`);
    const { log, first } = createLog();
    const feed = collect({ log });
    expect(await first).toContain('skipped a batch');
    await database.admin('drop trigger refuse on events.event; drop function events.refuse()');
    await database.admin(`insert into events.event (occurred_at, device_id, event_type_id, value)
      select now() - interval '7 days' + interval '1 second', device_id, 'temperature', 78 from events.device limit 1`);
    await expect.poll(() => countEvents("value = 78 and occurred_at > now() - interval '1 minute'")).toBe(1);
    await feed.stop();
  });

  test('the collector writes nothing after it was stopped', async () => {
    await forget('5 hours');
    const feed = collect();
    await feed.stop();
    const after = await countEvents();
    await collect({ everyMs: 100_000 }).stop();
    expect(await countEvents()).toBe(after);
  });

  test('the collector stops by itself when there are enough events', async () => {
    const { log, first } = createLog();
    const feed = collect({ log, maxEvents: 10 });
    expect(await first).toMatch(/simulated collector stopped: there are/);
    await feed.stop();
  });
});

describe('a sent document', () => {
  const never = new AbortController().signal;
  const failed = (code: string) => ({ data: null, errors: [{ message: code, extensions: { code } }] });
  const answering = (status: number, body: object) =>
    serve((_, response) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
    );

  test('a document resolves with the data of its answer', async () => {
    expect(await createSend(await answering(200, { data: 7 }), never)('{ x }')).toBe(7);
  });

  test.each([
    [503, failed('DATABASE_UNAVAILABLE')],
    [200, { ...failed('DATABASE_UNAVAILABLE'), data: { x: null } }],
    [502, {}],
    [200, failed('TIMEOUT')],
  ])('a document may be sent again after %i, %j', async (status, body) => {
    await expect(createSend(await answering(status, body), never)('{ x }')).rejects.toThrow(UnavailableError);
  });

  test('a document may be sent again if nothing listens', async () => {
    const nobody = createServer();
    await new Promise<void>((resolve) => nobody.listen(0, '127.0.0.1', resolve));
    const { port } = nobody.address() as AddressInfo;
    await new Promise((resolve) => nobody.close(resolve));
    await expect(createSend(`http://127.0.0.1:${port}`, never)('{ x }')).rejects.toThrow(UnavailableError);
  });

  test('a document with any other error is rejected for good', async () => {
    const send = createSend(await answering(200, failed('BAD_USER_INPUT')), never);
    await expect(send('{ x }')).rejects.toThrow(/^BAD_USER_INPUT$/);
    await expect(send('{ x }')).rejects.not.toThrow(UnavailableError);
  });
});
