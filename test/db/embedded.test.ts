import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startEmbedded } from '../../src/dev/embedded/embedded.ts';
import { findInstallation } from '../../src/dev/embedded/installation.ts';
import { startPostmaster } from '../../src/dev/embedded/postmaster.ts';
import type { ServerConnection } from '../../src/dev/embedded/server.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../../src/dev/embedded/temporary.ts';

const sample = { sites: 1, devices: 1, events: 1 };
let temporary: TemporaryDirectory;
let directory: string;

beforeAll(async () => {
  temporary = await makeTemporaryDirectory();
  directory = temporary.path;
  await (await startEmbedded({ directory, sample })).stop();
});

afterAll(() => temporary.remove());

async function query(connection: ServerConnection, sql: string) {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Starts the database, counts the devices to show that it is intact, and stops it. */
async function expectToServe() {
  const database = await startEmbedded({ directory, sample });
  expect(await query(database.connection, 'select count(*)::int as devices from events.device')).toEqual([
    { devices: 1 },
  ]);
  await database.stop();
}

/**
 * Starts another process that owns a database, and waits until it is ready; `lines` are the further lines that it
 * prints.
 */
async function startProcess(): Promise<{ child: ChildProcess; lines: Interface }> {
  const file = fileURLToPath(new URL('../support/embeddedProcess.ts', import.meta.url));
  const child = spawn(process.execPath, [file, directory], { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface(child.stdout);
  await once(lines, 'line');
  return { child, lines };
}

async function kill(child: ChildProcess) {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

const pidFile = () => join(directory, 'data', 'postmaster.pid');

test('the database serves a role that is no superuser, on this machine only, and keeps what was written', async () => {
  const first = await startEmbedded({ directory, sample });
  expect(
    await query(
      first.connection,
      "select rolsuper, current_setting('listen_addresses') from pg_roles where rolname = user",
    ),
  ).toEqual([{ rolsuper: false, current_setting: '127.0.0.1' }]);
  await query(first.connection, 'create table events.kept ()');
  await Promise.all([first.stop(), first.stop()]);
  const second = await startEmbedded({ directory, sample });
  expect(await query(second.connection, "select to_regclass('events.kept') is not null as kept")).toEqual([
    { kept: true },
  ]);
  await second.stop();
});

test.runIf(process.getuid?.() === 0)('the database says where its data is, even if it is moved for root', async () => {
  const closed = await mkdtemp(join(tmpdir(), 'closed-'));
  const moved = await startEmbedded({ directory: join(closed, 'postgres'), sample });
  await moved.stop();
  expect(await readdir(closed)).toEqual([]);
  expect(await readdir(moved.directory)).toContain('data');
  await Promise.all([closed, moved.directory].map((path) => rm(path, { recursive: true })));
});

test('Ctrl-C reaches the process but not its database, which the process ends itself', async () => {
  const { child, lines } = await startProcess();
  const [line, exited] = [once(lines, 'line'), once(child, 'exit')];
  process.kill(-Number(child.pid), 'SIGINT');
  expect(await line).toEqual(['still answers']);
  expect(await exited).toEqual([0, null]);
  await expect(access(pidFile())).rejects.toThrow('ENOENT');
});

describe('when the process was killed', () => {
  test('after the process is killed, its database ends by itself', async () => {
    const { child } = await startProcess();
    await access(pidFile());
    await kill(child);
    await expect.poll(() => readFile(pidFile(), 'utf8').catch(() => 'gone')).toBe('gone');
  });

  test('the next start waits for the database of a killed process, and serves', async () => {
    const { child } = await startProcess();
    await kill(child);
    await expectToServe();
  });

  test('a database that is still running is ended and started again', async () => {
    await startPostmaster(await findInstallation(directory, () => {}), {});
    const messages: string[] = [];
    const database = await startEmbedded({ directory, sample, onLog: (message) => messages.push(message) });
    expect(messages).toEqual(['Stopping the database that an earlier run left behind']);
    await database.stop();
  });

  test.each([
    ['holds the number of another program', `${process.pid}\n/elsewhere\n1\n5432\n\n127.0.0.1\n1 1\nready   \n`],
    ['is empty', ''],
  ])('a pid file that %s is no obstacle', async (_, content) => {
    await writeFile(pidFile(), content);
    await expectToServe();
  });

  test('a half-loaded sample is loaded again', async () => {
    const { connection, stop } = await startEmbedded({ directory, sample });
    await query({ ...connection, database: 'postgres' }, 'drop database events');
    await stop();
    const onProgress = () => {
      throw new Error('cut off');
    };
    await expect(startEmbedded({ directory, sample: { ...sample, onProgress } })).rejects.toThrow('cut off');
    await expectToServe();
  });
});

describe('when another process uses the database', () => {
  test('a start on the database of another process fails and names it, and the other process continues', async () => {
    const { child, lines } = await startProcess();
    await expect(startEmbedded({ directory })).rejects.toThrow(`in use by process ${child.pid}`);
    const line = once(lines, 'line');
    child.kill('SIGINT');
    expect(await line).toEqual(['still answers']);
    await once(child, 'exit');
  });

  test('of several first starts at the same time, one succeeds', async () => {
    const fresh = await makeTemporaryDirectory();
    const starts = await Promise.allSettled([1, 2].map(() => startEmbedded({ directory: fresh.path, sample })));
    const started = starts.filter((start) => start.status === 'fulfilled');
    const refused = starts.filter((start) => start.status === 'rejected');
    await Promise.all(started.map((start) => start.value.stop()));
    expect(started).toHaveLength(1);
    expect(refused.map((start) => String(start.reason))).toEqual([expect.stringContaining('in use by')]);
    await fresh.remove();
  });
});

test('a database that cannot start says why', async () => {
  const database = await startEmbedded({ directory, sample });
  await database.stop();
  await writeFile(join(directory, 'data', 'PG_VERSION'), '12\n');
  await expect(startEmbedded({ directory, sample })).rejects.toThrow('initialized by PostgreSQL version 12');
});
