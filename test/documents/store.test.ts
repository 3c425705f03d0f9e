import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { buildSchema, GraphQLError } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ManifestEntry } from '../../src/documents/manifest.ts';
import { prepareDocuments } from '../../src/documents/prepare.ts';
import { createStore, readStore, sha256 } from '../../src/documents/store.ts';
import { runs } from '../support/property.ts';

const manifests = fileURLToPath(new URL('manifests', import.meta.url));
const fixture = (name: string) => join(manifests, name);

describe('manifests', () => {
  const expected: Record<string, { readonly id: RegExp; readonly names: readonly string[] }> = {
    'client-preset.json': { id: /^sha256:[0-9a-f]{64}$/, names: ['DeviceGrid', 'LastEvents'] },
    'relay-md5.json': { id: /^[0-9a-f]{32}$/, names: ['DeviceListQuery'] },
    'relay-sha256.json': { id: /^[0-9a-f]{64}$/, names: ['DeviceListQuery'] },
    'apollo.json': { id: /^[0-9a-f]{64}$/, names: ['DeviceGrid', 'LastEvents'] },
    'gql-tada.json': { id: /^own-\d$/, names: ['DeviceGrid', 'LastEvents'] },
    folder: { id: /^(DeviceGrid|LastEvents)$/, names: ['DeviceGrid', 'LastEvents'] },
  };

  test.each(Object.entries(expected))(
    'the manifests of %s are read, and fit the schema',
    async (name, { id, names }) => {
      const { store, problems } = await readStore([fixture(name)]);
      expect(problems).toEqual([]);
      expect(store.all.flatMap(({ ids }) => ids)).toEqual(names.map(() => expect.stringMatching(id)));
      expect(store.all.map(({ text }) => /query (\w+)/.exec(text)?.[1])).toEqual(names);
      const schema = buildSchema(await readFile(new URL('../../schema.graphql', import.meta.url), 'utf8'));
      expect(prepareDocuments(store, schema).all.flatMap(({ errors }) => errors)).toEqual([]);
    },
  );

  test('all manifests are read together, even from nested folders', async () => {
    const one = await readStore([manifests]);
    const several = await readStore(Object.keys(expected).map(fixture));
    expect(one.problems).toEqual([]);
    expect([...one.store.byId.keys()].toSorted()).toEqual([...several.store.byId.keys()].toSorted());
  });

  test("Relay's manifests in MD5 and SHA-256 are one document with two ids", async () => {
    const { store } = await readStore([fixture('relay-md5.json'), fixture('relay-sha256.json')]);
    expect(store.all).toHaveLength(1);
    const [md5, sha] = store.all[0]?.ids ?? [];
    expect(store.byId.get(md5 ?? '')).toBe(store.byId.get(`sha256:${sha}`));
  });
});

test('the ids in the examples of GraphQL over HTTP are those of this store', () => {
  const examples = {
    'sha256:7dba4bd717b41f10434822356a93c32b1fb4907b983e854300ad839f84cdcd6e':
      'query ($id: ID!) {\n  user(id: $id) {\n    name\n  }\n}',
    'sha256:71f7dc5758652baac68e4a10c50be732b741c892ade2883a99358f52b555286b': 'query($id:ID!){user(id:$id){name}}',
  };
  const entries = Object.values(examples).map((text, i) => ({ id: `own-${i}`, text, file: 'examples' }));
  const { store } = createStore(entries);
  for (const [id, text] of Object.entries(examples)) expect(store.byId.get(id)?.text).toBe(text);
});

describe('an unreliable manifest', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'events-graphql-documents-'));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  /** Returns the problems of files with these contents, in their own folder. */
  async function problemsOf(files: Record<string, unknown>): Promise<readonly string[]> {
    const folder = await mkdtemp(join(directory, 'of-'));
    for (const [name, content] of Object.entries(files))
      await writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
    const { problems } = await readStore([folder]);
    return problems.map((problem) => problem.replaceAll(`${folder}/`, ''));
  }

  const hash = sha256('{ a }');
  test.each<[string, Record<string, unknown>, readonly string[]]>([
    [
      'wrong hashes, all of them',
      { 'm.json': { [`sha256:${hash}`]: '{ b }', 'sha256:abc': '{ a }', [hash]: '{ c }' } },
      [
        `m.json: the id "sha256:${hash}" is not the SHA-256 of its document, which is ${sha256('{ b }')}`,
        `m.json: the id "sha256:abc" is not the SHA-256 of its document, which is ${hash}`,
        `m.json: the id "${hash}" is not the SHA-256 of its document, which is ${sha256('{ c }')}`,
      ],
    ],
    [
      'one id with two documents',
      { 'm.json': { x: '{ a }' }, 'n.json': { x: '{ b }' } },
      ['n.json: the id "x" stands for another document in m.json'],
    ],
    [
      'one id with two documents in one file',
      {
        'm.json': {
          format: 'apollo-persisted-query-manifest',
          version: 1,
          operations: [
            { id: 'x', body: '{ a }' },
            { id: 'x', body: '{ b }' },
          ],
        },
      },
      ['m.json: the id "x" stands for another document in the same file'],
    ],
    [
      'a file of a document whose name is not its hash',
      { [`${hash}.graphql`]: '{ a } ' },
      [expect.stringMatching(hash)],
    ],
    [
      'JSON of an unknown shape',
      { 'm.json': { x: 1 }, 'n.json': [], 'o.json': { format: 'apollo-persisted-query-manifest', version: 2 } },
      ['m.json', 'n.json', 'o.json'].map((name) => expect.stringMatching(`^${name}: not a manifest; expected`)),
    ],
    ['text that is not JSON', { 'm.json': '{' }, [expect.stringMatching(/^m\.json: Expected property name/)]],
    ['an empty folder', {}, []],
    ['a folder of other files', { 'm.txt': '' }, [expect.stringMatching('contains no manifest')]],
  ])('an unreliable manifest is a problem: %s', async (_, files, problems) => {
    expect(await problemsOf(files)).toEqual(problems);
  });

  test('a path where nothing exists is a problem', async () => {
    expect((await readStore([join(directory, 'nowhere')])).problems).toEqual([
      `${join(directory, 'nowhere')}: no such file or folder`,
    ]);
  });

  test('a broken link is a problem, and the other files of its folder are read', async () => {
    const folder = await mkdtemp(join(directory, 'linked-'));
    await symlink(join(folder, 'nowhere'), join(folder, 'broken'));
    await writeFile(join(folder, 'm.json'), JSON.stringify({ x: '{ a }' }));
    const { store, problems } = await readStore([folder]);
    expect(problems).toEqual([`${join(folder, 'broken')}: no such file or folder`]);
    expect(store.all.map(({ text }) => text)).toEqual(['{ a }']);
  });

  test('a hidden folder, in which a mounted volume keeps its versions, is ignored', async () => {
    const folder = await mkdtemp(join(directory, 'mounted-'));
    await mkdir(join(folder, '..2026'));
    await writeFile(join(folder, '..2026', 'm.json'), '{');
    await writeFile(join(folder, 'm.json'), JSON.stringify({ x: '{ a }' }));
    expect((await readStore([folder])).problems).toEqual([]);
  });
});

describe('documents of any manifests', () => {
  const md5 = (text: string) => createHash('md5').update(text).digest('hex');
  const text = fc.oneof(
    fc.constantFrom('{ a }', '{ b }', '{ a b }', '{', '', '__proto__'),
    fc.string({ unit: 'binary', maxLength: 20 }),
  );
  const entry: fc.Arbitrary<ManifestEntry> = fc.record({ text, kind: fc.nat(5), word: fc.string() }).map((made) => {
    const hash = sha256(made.text);
    const ids = [hash, `sha256:${hash}`, md5(made.text), made.word, 'constructor', sha256(made.word)];
    return { id: ids[made.kind] ?? '', text: made.text, file: 'm.json' };
  });

  test('a document is found by each of its own ids, and by no other', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 12 }), (entries) => {
        const { store, problems } = createStore(entries);
        const texts = new Map<string, Set<string>>();
        for (const { id, text } of entries) texts.set(id, (texts.get(id) ?? new Set()).add(text));
        const isWrong = ({ id, text }: ManifestEntry) =>
          /^([0-9a-f]{64}$|sha256:)/.test(id) && id.replace('sha256:', '') !== sha256(text);
        expect(problems.length > 0).toBe(entries.some(isWrong) || [...texts.values()].some(({ size }) => size > 1));
        if (problems.length > 0) return;
        for (const { id, text } of entries)
          for (const name of [id, sha256(text), `sha256:${sha256(text)}`])
            expect(store.byId.get(name)?.text).toBe(text);
        expect(store.all).toHaveLength(new Set(entries.map(({ text }) => text)).size);
        const rightful = new Set(entries.flatMap(({ id, text }) => [id, sha256(text), `sha256:${sha256(text)}`]));
        expect(new Set(store.byId.keys())).toEqual(rightful);
      }),
      runs(300),
    );
  });

  test('preparing for a schema finds what is wrong in each document, and prepares the others', () => {
    const schema = buildSchema('type Query { a: Int }');
    fc.assert(
      fc.property(fc.uniqueArray(text), (all) => {
        const { store } = createStore(all.map((text, i) => ({ id: `${i}`, text, file: 'm.json' })));
        const prepared = prepareDocuments(store, schema);
        for (const [i, text] of all.entries()) {
          const found = prepared.find(`${i}`);
          expect(found?.stored.text).toBe(text);
          expect(found?.document === null).toBe(found?.errors.length !== 0);
          if (text === '{ a }') expect(found?.document).toBe(found?.stored.parsed);
          if (found?.stored.parsed instanceof GraphQLError) expect(found.errors).toEqual([found.stored.parsed]);
        }
      }),
      runs(100),
    );
  });
});
