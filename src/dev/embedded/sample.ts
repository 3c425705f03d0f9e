import { readFile } from 'node:fs/promises';
import type { ClientBase } from 'pg';

export interface SampleOptions {
  readonly sites?: number;
  readonly devices?: number;
  readonly events?: number;
  /** End of the 30 days of events; now by default. */
  readonly until?: Date;
  /** Called with the completed fraction of the work, from 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
}

const hours = 720;
/** Fraction of the work that inserts events; the rest is keys and statistics. */
const rowsPart = 0.8;

/**
 * Creates and fills the schema `events`, all or nothing; the database must not have it yet. Equal options create equal
 * rows on any machine.
 */
export async function loadSample(client: ClientBase, options: SampleOptions = {}): Promise<void> {
  const { sites = 20, devices = 500, events = 100_000, until = new Date(), onProgress } = options;
  const end = until.toISOString();
  const run = async (name: string, values?: readonly unknown[]) =>
    client.query(await read(name), values && [...values]);
  await client.query('begin');
  try {
    await client.query(await readFile(new URL('1.do.sample.sql', migrations), 'utf8'));
    for (const { statement } of (await run('partitions', [end])).rows) await client.query(statement);
    await run('sites', [sites, end]);
    await run('devices', [devices, end]);
    await run('groups', [end]);
    await run('event_types');
    await run('incidents', [Math.max(8, Math.round(events / 2500)), end]);
    const step = Math.ceil(hours / Math.ceil(events / 4000));
    for (let hour = 0; hour < hours; hour += step) {
      await run('events', [events, end, hour, hour + step]);
      onProgress?.(rowsPart * Math.min(1, (hour + step) / hours));
    }
    for (const name of ['2.do.event-keys.sql', '3.do.functions.sql', '4.do.search.sql'])
      await client.query(await readFile(new URL(name, migrations), 'utf8'));
    await run('sequences');
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => undefined); // the first error says more
    throw error;
  }
  // Updates statistics and the visibility map now rather than during the first queries.
  await run('vacuum');
  onProgress?.(1);
}

/** Folder of the sample's migrations, which a new server on Azure gets too. */
const migrations = new URL('../../../sample/migrations/', import.meta.url);

const read = (name: string) => readFile(new URL(`./sample/${name}.sql`, import.meta.url), 'utf8');
