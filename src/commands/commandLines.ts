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
    summary: 'serve the API (the default command)',
    operands: null,
    options: { 'no-feed': flag('do not write simulated events into the embedded database') },
  },
  schema: { summary: "print the API's schema", operands: null, options: {} },
  check: {
    summary: 'check that persisted documents fit the schema, and show what each costs',
    operands: '[manifest or folder...]',
    options: {
      variables: valued('<file>', 'values of variables: JSON of the form { "Operation": { "variable": 1 } }'),
      json: flag('print the result as one JSON document'),
      github: flag('print annotations for GitHub Actions'),
    },
  },
  doctor: {
    summary: 'find out step by step why the server cannot use its database, and what to do',
    operands: null,
    options: { json: flag('print the result as one JSON document') },
  },
  grant: {
    summary: "as the server's administrator, create the app's role with its privileges",
    operands: null,
    options: {
      role: valued('<name>', "the app's role, its PGUSER; required"),
      'object-id': valued('<id>', "the principal (object) id of the app's identity, not its client id"),
      type: valued('<type>', 'type of that principal: service (the default), user or group'),
      plain: flag('create a role that logs in with a password, which you then set; for a PostgreSQL without Entra ID'),
      write: flag('also grant INSERT and UPDATE'),
      delete: flag('also grant DELETE'),
      live: flag('add triggers that notify live tails of new rows (docs/live.md)'),
      print: flag('print the statements without running them'),
      revoke: flag('revoke everything and drop the role'),
    },
  },
  migrate: {
    summary: "as the server's administrator, run new SQL files, all or none",
    operands: '<folder with files like 1.do.events.sql>',
    options: {},
  },
} as const satisfies Readonly<Record<string, CommandLine>>;

export type CommandName = keyof typeof commandLines;
