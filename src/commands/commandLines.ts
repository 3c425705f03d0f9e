/** A command's purpose and arguments, for the parser and for `--help`. */
export interface CommandLine {
  readonly summary: string;
  /** Operands as shown by `--help`; null for none. */
  readonly operands: string | null;
  readonly options: Readonly<Record<string, Option>>;
}

interface Option {
  readonly type: 'boolean' | 'string';
  /** Placeholder for the value of a `string` option. */
  readonly value?: string;
  readonly help: string;
}

const flag = (help: string) => ({ type: 'boolean', help }) as const;
const valued = (value: string, help: string) => ({ type: 'string', value, help }) as const;

export const commandLines = {
  serve: {
    summary: 'serve the API; the command where none is named',
    operands: null,
    options: { 'no-feed': flag('without simulated events, which the embedded database gets otherwise') },
  },
  schema: { summary: "print the API's schema", operands: null, options: {} },
  check: {
    summary: 'say whether persisted documents fit the schema, and what each costs',
    operands: '[manifest or folder...]',
    options: {
      variables: valued('<file>', 'values to run queries with: JSON with those of each operation under its name'),
      json: flag('as one JSON document'),
      github: flag('with annotations for GitHub Actions'),
    },
  },
  doctor: {
    summary: 'look for what keeps the server from its database, step by step, and say what to do',
    operands: null,
    options: { json: flag('as one JSON document') },
  },
  grant: {
    summary: "as the server's administrator, make the app's role with its grants",
    operands: null,
    options: {
      role: valued('<name>', 'the role, which the app has as PGUSER; required'),
      'object-id': valued('<id>', "the principal (object) id of the app's identity, not its client id"),
      type: valued('<type>', 'what has that id: service (the default), user or group'),
      plain: flag('a role with a password instead, on a PostgreSQL without Entra ID'),
      write: flag('INSERT and UPDATE too'),
      delete: flag('DELETE too'),
      live: flag('tables that live tails can follow tell of new rows (docs/live.md)'),
      print: flag('print the statements, run none'),
      revoke: flag('take it all back and drop the role'),
    },
  },
  migrate: {
    summary: "as the server's administrator, run SQL files that have not run yet, all or none",
    operands: '<folder with files like 1.do.events.sql>',
    options: {},
  },
} as const satisfies Readonly<Record<string, CommandLine>>;

export type CommandName = keyof typeof commandLines;
