import { mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, onTestFinished, test, vi } from 'vitest';
import { followManifests } from '../../src/documents/follow.ts';
import { readStore } from '../../src/documents/store.ts';
import { createTestApi } from '../support/api.ts';
import { appConfig } from '../support/config.ts';
import { portOf, startProgram, variablesFor } from '../support/program.ts';
import { setUpDatabase } from '../support/setUp.ts';

const database = await setUpDatabase();

const never = 1_000_000_000;
/** Writes a manifest of documents with these ids, each of which answers with its id. */
const manifestOf = (...ids: string[]) =>
  JSON.stringify(Object.fromEntries(ids.map((id) => [id, `{ ${id}: devices(first: 1) { totalCount } }`])));

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'events-graphql-manifests-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Creates an API that follows the manifests at a path. */
async function follow(path: string, { pollMs = never, strict = false } = {}) {
  const { store, manifests } = await readStore([path]);
  const config = { documents: { ...appConfig.documents, strict } };
  const api = await createTestApi(database.connection, { config });
  const logged: { msg: string; problems?: string[] }[] = [];
  const following = followManifests({
    ...{ paths: [path], first: manifests, pollMs, onChange: api.serveDocuments },
    log: pino({}, { write: (line: string) => logged.push(JSON.parse(line)) }),
  });
  onTestFinished(async () => {
    following.stop();
    await api.close();
  });
  api.serveDocuments(store);
  /** Returns those of the ids that are answered. Each is requested three times, so that plans are used too. */
  const answered = async (...ids: string[]) => {
    const found: string[] = [];
    for (const id of [...ids, ...ids, ...ids]) {
      const { data, errors } = await (await api.app.fetch(`http://localhost/graphql/${id}`)).json();
      if (data) found.push(...Object.keys(data));
      else expect(errors[0].extensions.code).toBe('PERSISTED_DOCUMENT_NOT_FOUND');
    }
    return [...new Set(found)];
  };
  const becomes = (expected: readonly string[]) =>
    vi.waitFor(async () => expect(await answered('a', 'b', 'c')).toEqual(expected), { timeout: 20_000, interval: 100 });
  return { api, logged, answered, becomes, check: following.check };
}

test('writing, adding or removing a manifest changes which documents run, even those with a plan', async () => {
  const folder = await newFolder();
  await writeFile(join(folder, 'web.json'), manifestOf('a'));
  const { answered, becomes } = await follow(folder);
  expect(await answered('a', 'b', 'c')).toEqual(['a']);
  await mkdir(join(folder, 'mobile'));
  await writeFile(join(folder, 'mobile', 'app.json'), manifestOf('b'));
  await becomes(['a', 'b']);
  await writeFile(join(folder, 'mobile', 'app.json'), manifestOf('b', 'c'));
  await becomes(['a', 'b', 'c']);
  await rm(join(folder, 'web.json'));
  await becomes(['b', 'c']);
});

test('a single file is followed too', async () => {
  const file = join(await newFolder(), 'web.json');
  await writeFile(file, manifestOf('a'));
  const { becomes } = await follow(file);
  await writeFile(`${file}.new`, manifestOf('b'));
  await rename(`${file}.new`, file);
  await becomes(['b']);
});

test('Kubernetes volumes are followed, whose files are behind a link that is replaced', async () => {
  const folder = await newFolder();
  const deploy = async (version: string, text: string) => {
    await mkdir(join(folder, version));
    await writeFile(join(folder, version, 'web.json'), text);
    await symlink(version, join(folder, '..data_tmp'));
    await rename(join(folder, '..data_tmp'), join(folder, '..data'));
  };
  await deploy('..2026_1', manifestOf('a'));
  await symlink('..data/web.json', join(folder, 'web.json'));
  const { becomes } = await follow(folder);
  await becomes(['a']);
  for (const [version, id] of [
    ['..2026_2', 'b'],
    ['..2026_3', 'c'],
  ] as const) {
    await deploy(version, manifestOf(id));
    await becomes([id]);
  }
});

test('a replaced folder is still followed', async () => {
  const parent = await newFolder();
  const folder = join(parent, 'documents');
  await mkdir(folder);
  await writeFile(join(folder, 'web.json'), manifestOf('a'));
  const { becomes } = await follow(folder);
  await becomes(['a']);
  await mkdir(`${folder}.new`);
  await writeFile(join(`${folder}.new`, 'web.json'), manifestOf('b'));
  await rename(folder, `${folder}.old`);
  await rename(`${folder}.new`, folder);
  await becomes(['b']);
  await writeFile(join(folder, 'web.json'), manifestOf('c'));
  await becomes(['c']);
});

test('changes without an event, as on a network share, are found by polling', async () => {
  const [folder, share] = [await newFolder(), await newFolder()];
  await writeFile(join(share, 'web.json'), manifestOf('a'));
  await symlink(join(share, 'web.json'), join(folder, 'web.json'));
  const { becomes } = await follow(folder, { pollMs: 200 });
  await becomes(['a']);
  await writeFile(join(share, 'web.json'), manifestOf('b'));
  await becomes(['b']);
});

test.each([
  ['that is not JSON', 'web.json', '{ "b": ', /web\.json: .*JSON/],
  ['of another shape', 'web.json', '[]', /web\.json: not a manifest/],
  ['with a wrong hash', 'app.json', JSON.stringify({ ['0'.repeat(64)]: '{ b }' }), /app\.json: .* SHA-256/],
  ['with another document for an id', 'app.json', '{ "a": "{ b }" }', /"a" stands for another document in .*app\.json/],
])(
  'because of a manifest %s, the previous documents stay, and the log names it once',
  async (_, name, text, problem) => {
    const folder = await newFolder();
    await writeFile(join(folder, 'web.json'), manifestOf('a'));
    const { answered, becomes, check, logged } = await follow(folder);
    await writeFile(join(folder, name), text);
    await check();
    await check();
    expect(logged).toEqual([
      expect.objectContaining({
        msg: 'Persisted documents cannot be read; still serving the previous ones',
        problems: [expect.stringMatching(problem)],
      }),
    ]);
    expect(await answered('a', 'b')).toEqual(['a']);
    await rm(join(folder, name));
    await writeFile(join(folder, 'web.json'), manifestOf('b'));
    await becomes(['b']);
  },
);

test('a document that nests too deep to be parsed is reported, and the others are served', async () => {
  const folder = await newFolder();
  await writeFile(join(folder, 'web.json'), manifestOf('a'));
  const { api, answered, check } = await follow(folder);
  const deep = `${'{ a '.repeat(20_000)}${'}'.repeat(20_000)}`;
  await writeFile(join(folder, 'app.json'), JSON.stringify({ b: deep, c: '{ c: devices(first: 1) { totalCount } }' }));
  await check();
  expect(await answered('a', 'c')).toEqual(['a', 'c']);
  const problems = ['The document nests too deep to be parsed'];
  expect(api.log).toContainEqual(expect.objectContaining({ level: 50, documents: [{ ids: ['b'], problems }] }));
});

test('if a folder is missing, the previous documents stay', async () => {
  const folder = join(await newFolder(), 'documents');
  await mkdir(folder);
  await writeFile(join(folder, 'web.json'), manifestOf('a'));
  const { answered, check, logged } = await follow(folder);
  await rename(folder, `${folder}.away`);
  await check();
  expect(logged).toMatchObject([{ problems: [expect.stringContaining(folder)] }]);
  expect(await answered('a')).toEqual(['a']);
});

test('with STRICT_DOCUMENTS, documents that do not fit are not served until the schema has changed too', async () => {
  const folder = await newFolder();
  await writeFile(join(folder, 'web.json'), manifestOf('a'));
  const { api, answered, check } = await follow(folder, { strict: true });
  await writeFile(join(folder, 'web.json'), '{ "b": "{ b: later(id: 1) { id } }" }');
  await check();
  expect(await answered('a', 'b')).toEqual(['a']);
  expect(api.log).toContainEqual(
    expect.objectContaining({
      level: 50,
      msg: 'The persisted documents changed but are invalid; still serving the previous ones',
    }),
  );
  await database.admin('create table events.later (later_id int primary key)');
  await database.grantAll(database.connection);
  await writeFile(join(folder, 'web.json'), '{ "b": "{ b: later(laterId: 1) { laterId } }" }');
  await check();
  await api.served.check();
  expect(await answered('b')).toEqual(['b']);
});

test('SIGHUP makes a server read its manifests', async () => {
  const [folder, share] = [await newFolder(), await newFolder()];
  const file = join(share, 'web.json');
  await writeFile(file, manifestOf('a'));
  await symlink(file, join(folder, 'web.json'));
  const program = startProgram([], {
    ...variablesFor(database.connection),
    LOG_LEVEL: 'info',
    PERSISTED_DOCUMENTS: folder,
  });
  onTestFinished(async () => {
    program.process.kill('SIGTERM');
    await program.ended;
  });
  const port = await portOf(program);
  const answer = async (id: string) => (await fetch(`http://127.0.0.1:${port}/graphql/${id}`)).json();
  expect(await answer('a')).toMatchObject({ data: { a: { totalCount: 40 } } });
  await writeFile(file, manifestOf('b'));
  expect(await readFile(join(folder, 'web.json'), 'utf8')).toBe(manifestOf('b'));
  program.process.kill('SIGHUP');
  await program.printed(/The persisted documents changed; serving the new ones/);
  expect(await answer('b')).toMatchObject({ data: { b: { totalCount: 40 } } });
  expect(await answer('a')).toMatchObject({ errors: [{ extensions: { code: 'PERSISTED_DOCUMENT_NOT_FOUND' } }] });
});
