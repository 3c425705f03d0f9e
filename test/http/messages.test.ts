import { describe, expect, test } from 'vitest';
import { createEmptyDatabase } from '../support/database.ts';
import { setUp } from '../support/setUp.ts';

const { api } = await setUp({
  database: createEmptyDatabase,
  prepare: `
    create schema events;
    create table events.entry (entry_id bigint generated always as identity primary key);
    create table events.note (note_id int primary key, word text, words text[], doc jsonb, raw json, span int4range, big int8)`,
});

const long = 'x'.repeat(100_000);

describe('a message quotes no more than necessary', () => {
  test.each<readonly [what: string, document: string, x: unknown, says: RegExp]>([
    [
      'a missing field',
      'query ($x: NoteWhere) { notes(where: $x) { totalCount } }',
      { wrd: { in: [long] } },
      /^Variable "\$x".*Did you mean "word"/s,
    ],
    [
      'many',
      'query ($x: [NoteWhere!]) { notes(where: { or: $x }) { totalCount } }',
      Array.from({ length: 60 }, () => ({ wrd: long.slice(0, 10_000) })),
      /^Variable "\$x"/,
    ],
    [
      'a value of another type',
      'query ($x: Int) { notes(first: $x) { totalCount } }',
      long,
      /^Variable "\$x" got.*Int cannot/s,
    ],
    [
      'a value that PostgreSQL refuses',
      'query ($x: String) { notes(where: { span: { eq: $x } }) { totalCount } }',
      long,
      /malformed range/,
    ],
    [
      'a number',
      'query ($x: BigInt) { note: createNote(input: { noteId: 1, big: $x }) { note { noteId } } }'.replace(
        'query',
        'mutation',
      ),
      '9'.repeat(100_000),
      /./,
    ],
    ['a document', `{ ${long} }`, null, /^Cannot query field/],
    ['a literal', `{ notes(where: { noteId: { eq: "${long}" } }) { totalCount } }`, null, /^Int cannot/],
  ])('a message quotes no more than necessary: %s', async (_, document, x, says) => {
    const { errors = [] } = await api.send(document, { x });
    expect(errors[0]?.message).toMatch(says);
    for (const { message, extensions } of errors) {
      expect(message.length).toBeLessThan(1100);
      expect(extensions?.['code']).toMatch(/^(BAD_USER_INPUT|GRAPHQL_VALIDATION_FAILED)$/);
    }
  });
});

describe('a missing step is named', () => {
  test.each([
    ['nodes', '{ notes { word } }', 'nodes { word }'],
    ['the row of a payload', 'mutation { createNote(input: { noteId: 2 }) { word } }', 'note { word }'],
    ['a text', '{ notes(where: { word: "a" }) { totalCount } }', '{ eq: "a" }'],
    ['a number, within a condition', '{ notes(where: { or: [{ noteId: 1 }] }) { totalCount } }', '{ eq: 1 }'],
  ])('the missing step is named: %s', async (_, document, meant) => {
    const { errors = [] } = await api.send(document);
    expect(errors.map(({ message }) => message)).toContain(`Did you mean "${meant}"?`);
  });

  const elsewhere = [
    ['equals', 'word', 'eq'],
    ['_neq', 'word', 'ne'],
    ['greaterThanOrEqualTo', 'noteId', 'gte'],
    ['_nin', 'noteId', 'notIn'],
    ['_regex', 'word', 'matches'],
    ['containsKey', 'doc', 'hasKey'],
  ] as const;

  test.each(elsewhere)("another server's operator %s on %s is %s here", async (name, column, meant) => {
    const { errors = [] } = await api.send(`{ notes(where: { ${column}: { ${name}: null } }) { totalCount } }`);
    expect(errors.map(({ message }) => message)).toEqual([
      expect.stringMatching(`^Field "${name}" is not defined`),
      `Did you mean "${meant}"?`,
    ]);
  });

  test.each(elsewhere)('in a variable, too, %s on %s is %s here', async (name, column, meant) => {
    const document = 'query ($x: [NoteWhere!]) { notes(where: { or: $x }) { totalCount } }';
    const x = [{ [column]: { [name]: null } }, { not: { [column]: { [name]: null } } }];
    const refused = await api.send(document, { x });
    expect(refused.errors?.map(({ message }) => message)).toEqual([
      expect.stringMatching(`^Variable "\\$x" got.*Field "${name}" is not defined`),
      expect.stringMatching(`^Variable "\\$x" got.*Field "${name}" is not defined`),
      `Did you mean "${meant}"?`,
    ]);
    expect(refused.errors?.map(({ extensions }) => extensions?.['code'])).toEqual(Array(3).fill('BAD_USER_INPUT'));
    expect((await api.send(document, { x: [] })).errors).toBeUndefined();
    expect(await api.send(document, { x })).toEqual(refused); // also once the document has a plan
  });

  test('a subscription suggests an operator, too', async () => {
    const document = 'subscription ($x: EntryWhere) { entriesAdded(where: $x) { cursor } }';
    const { errors = [] } = await api.send(document, { x: { entryId: { equals: 1 } } });
    expect(errors.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^Variable "\$x" got.*Field "equals" is not defined/),
      'Did you mean "eq"?',
    ]);
  });

  test('no operator is named that the column does not have, nor for a name that every object inherits', async () => {
    const { errors = [] } = await api.send(
      '{ notes(where: { doc: { lessThan: 1, constructor: 1 }, equals: 1 }) { totalCount } }',
    );
    expect(errors.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^Field "lessThan" is not defined/),
      expect.stringMatching(/^Field "constructor" is not defined/),
      expect.stringMatching(/^Field "equals" is not defined/),
    ]);
  });

  test('no step is named if none is missing', async () => {
    const { errors = [] } = await api.send('{ nix notes(where: { a: 1, words: "a" }) { nix nodes { wrd } } }');
    expect(errors.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^Cannot query field "nix" on type "Query"/),
      expect.stringMatching(/^Field "a" is not defined/),
      expect.stringMatching(/^Expected value/),
      expect.stringMatching(/^Did you mean "{ eq: "a" }"/),
      expect.stringMatching(/^Cannot query field "nix" on type "NoteConnection"/),
      expect.stringMatching(/^Cannot query field "wrd" on type "Note"/),
    ]);
  });
});

describe('half of a surrogate pair', () => {
  const half = 'a\ud800b';
  const whole = 'a\ud83d\ude00\\ud800b';

  test.each<readonly [place: string, document: string, of: (text: string) => unknown]>([
    ['a filter', 'query ($x: NoteWhere) { notes(where: $x) { totalCount } }', (text) => ({ word: { eq: text } })],
    [
      'a list of a filter',
      'query ($x: NoteWhere) { notes(where: $x) { totalCount } }',
      (text) => ({ word: { in: ['a', text] } }),
    ],
    [
      'a filter of JSON',
      'query ($x: NoteWhere) { notes(where: $x) { totalCount } }',
      (text) => ({ doc: { contains: { a: [text] } } }),
    ],
    [
      'a path',
      'query ($x: NoteWhere) { notes(where: $x) { totalCount } }',
      (text) => ({ doc: { at: { path: [text], eq: 1 } } }),
    ],
    [
      'a text',
      'mutation ($x: UpdateNotePatch!) { updateNote(noteId: 1, patch: $x) { note { noteId } } }',
      (text) => ({ word: text }),
    ],
    [
      'a list',
      'mutation ($x: UpdateNotePatch!) { updateNote(noteId: 1, patch: $x) { note { noteId } } }',
      (text) => ({ words: [text] }),
    ],
    [
      'jsonb',
      'mutation ($x: UpdateNotePatch!) { updateNote(noteId: 1, patch: $x) { note { noteId } } }',
      (text) => ({ doc: text }),
    ],
    [
      'a key of json',
      'mutation ($x: UpdateNotePatch!) { updateNote(noteId: 1, patch: $x) { note { noteId } } }',
      (text) => ({ raw: { [text]: 1 } }),
    ],
  ])('half of a surrogate pair is rejected in %s, a whole one is not', async (_, document, of) => {
    expect((await api.send(document, { x: of(whole) })).errors).toBeUndefined();
    expect((await api.send(document, { x: of(half) })).errors).toMatchObject([
      { message: expect.stringContaining('half of a surrogate pair'), extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  });

  test.each([half, '\\ud800', '\\u{d800}'])(
    "half of a surrogate pair is rejected in a document's string: %j",
    async (text) => {
      const { errors } = await api.send(`{ notes(where: { word: { eq: "${text}" } }) { totalCount } }`);
      expect(errors).toMatchObject([{ extensions: { code: 'GRAPHQL_PARSE_FAILED' } }]);
    },
  );
});
