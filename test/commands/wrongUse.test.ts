import { readFileSync } from 'node:fs';
import { afterAll, beforeEach, expect, test, vi } from 'vitest';
import { run } from '../../src/commands/cli.ts';
import { commandLines } from '../../src/commands/commandLines.ts';

const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
const err = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
const printed = (stream: typeof out) => stream.mock.calls.map(([text]) => String(text)).join('');

beforeEach(() => {
  out.mockClear();
  err.mockClear();
});
afterAll(() => vi.restoreAllMocks());

const id = '00000000-0000-0000-0000-000000000000';
const admin = { PGHOST: 'nowhere.invalid', PGUSER: 'admin', PGPASSWORD: 'x' };
const manifest = new URL('../documents/manifests/apollo.json', import.meta.url).pathname;
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
const missing = '/nowhere/variables.json';

/** The first line names the mistake and the second says where to read more; the usage is not printed. */
test.each<[line: string, reason: string | RegExp, about?: string]>([
  ['doctr', 'doctr: unknown command; did you mean doctor?'],
  ['sreve', 'sreve: unknown command; did you mean serve?'],
  ['Check', 'Check: unknown command; did you mean check?'],
  ['graphql', 'graphql: unknown command'],
  ['constructor', 'constructor: unknown command'],
  ['--no-fede', 'serve: --no-fede: unknown option; did you mean --no-feed?', 'serve'],
  ['--versoin', 'serve: --versoin: unknown option; did you mean --version?', 'serve'],
  ['-x', 'serve: -x: unknown option', 'serve'],
  ['serve now', /^serve: Unexpected argument 'now'/, 'serve'],
  ['serve --no-feed=1', /^serve: Option '--no-feed' does not take an argument/, 'serve'],
  ['schema --json', 'schema: --json: unknown option', 'schema'],
  ['schema events', /^schema: Unexpected argument 'events'/, 'schema'],
  ['check', 'check: pass a manifest, or set PERSISTED_DOCUMENTS', 'check'],
  ['check --jsno m.json', 'check: --jsno: unknown option; did you mean --json?', 'check'],
  ['check --json --github m.json', 'check: --json and --github cannot be combined', 'check'],
  ['check --variables', /^check: Option '--variables <value>' argument missing/, 'check'],
  [`check --variables ${missing} ${manifest}`, /^check: --variables: ENOENT.*nowhere/, 'check'],
  [
    `check --variables ${import.meta.filename} ${manifest}`,
    /^check: --variables: .* is not JSON of the form \{/,
    'check',
  ],
  [`check --variables ${manifest} ${manifest}`, /^check: --variables: /, 'check'],
  ['doctor --jason', 'doctor: --jason: unknown option; did you mean --json?', 'doctor'],
  ['doctor now', /^doctor: Unexpected argument 'now'/, 'doctor'],
  ['grant', /^grant: --role <name> is required/, 'grant'],
  ['grant --rolle app', 'grant: --rolle: unknown option; did you mean --role?', 'grant'],
  ['grant --role --write', /^grant: Option '--role' argument is ambiguous/, 'grant'],
  ['grant --role app --object-id 1', 'grant: --object-id: 1 is not a principal (object) id', 'grant'],
  [`grant --role app --object-id ${id} --type robot`, /^grant: --type: robot is not one of/, 'grant'],
  ['grant --role app --type user', 'grant: --type needs --object-id', 'grant'],
  [`grant --role app --plain --object-id ${id}`, 'grant: --plain and --object-id cannot be combined', 'grant'],
  ['grant --role app --revoke --write', /^grant: --revoke revokes everything/, 'grant'],
  ['migrate', /^migrate: takes one argument/, 'migrate'],
  ['migrate a b', /^migrate: takes one argument/, 'migrate'],
  ['migrate --dry-run a', 'migrate: --dry-run: unknown option', 'migrate'],
])('the wrong command line "%s" is explained in two lines', async (line, reason, about) => {
  expect(await run(line.split(' '), admin)).toBe(2);
  const [first = '', ...rest] = printed(err).trimEnd().split('\n');
  expect(first).toMatch(reason);
  if (typeof reason === 'string') expect(first).toBe(reason);
  expect(rest).toEqual([`Run events-graphql ${about ? `${about} ` : ''}--help to see its arguments.`]);
  expect(printed(out)).toBe('');
});

test.each(['--help', '-h', 'help', 'help nothing'])('%s lists the commands', async (line) => {
  expect(await run(line.split(' '), {})).toBe(0);
  for (const name of Object.keys(commandLines)) expect(printed(out)).toMatch(new RegExp(`^ +${name} +\\w`, 'm'));
  expect(printed(err)).toBe('');
});

test.each(Object.entries(commandLines))(
  '%s --help describes the command, whatever else is given',
  async (name, line) => {
    for (const args of [
      [name, '--help'],
      [name, '-h'],
      ['help', name],
      [name, '--nothing', '--help'],
    ]) {
      out.mockClear();
      expect(await run(args, {})).toBe(0);
      const options = [...printed(out).matchAll(/^ {2}--(\S+)/gm)].map(([, option]) => option);
      expect(options).toEqual(Object.keys(line.options));
      expect(printed(out)).toMatch(new RegExp(`^Usage: events-graphql ${name}`));
    }
  },
);

test.each(['--version', '-v', 'doctor --version'])('%s prints the version', async (line) => {
  expect(await run(line.split(' '), {})).toBe(0);
  expect(printed(out)).toBe(`events-graphql ${version}, Node.js ${process.version}\n`);
});
