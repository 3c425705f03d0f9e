import type { Dialect } from './questions.ts';

/** A compared server. */
export interface Program {
  readonly name: string;
  readonly dialect: Dialect;
  readonly file: string;
  /** True if the server runs persisted documents by GET. */
  readonly persisted: boolean;
  /** True if the server accepts requests without a token, which the others do not. */
  readonly isOpen?: true;
  /** True if the server logs no requests. */
  readonly isQuiet?: true;
  /** The questions for this server, if not all. */
  readonly questions?: readonly string[];
}

/** The server that the others are compared with. */
export const base: Program = {
  name: 'PostGraphile',
  dialect: 'postgraphile',
  file: './servers/postgraphile.js',
  persisted: false,
};
export const ours: Program = { name: 'events-graphql', dialect: 'ours', file: '../dist/main.js', persisted: true };
/** Our server without tokens and without callers' claims. */
export const oursOpen: Program = { ...ours, name: 'without claims', isOpen: true };
/** Our server without tokens and log lines, which shows what both cost. */
export const oursBare: Program = { ...oursOpen, name: 'without token and log line', isQuiet: true, questions: ['Q0'] };
/** The upper bound, with SQL written by hand. */
export const byHand: Program = { name: 'by hand', dialect: 'own', file: './servers/by-hand.ts', persisted: true };

/** Connections of each server to the database. */
const poolSize = 10;
/** Flags of Node.js for all servers: garbage collection dominates long lists, and the default semi-space is small. */
export const flags: readonly string[] = ['--max-semi-space-size=32', '--v8-pool-size=1'];

/** Variables for all servers: production, and sessions without JIT, for which the statements are too short. */
const common = {
  NODE_ENV: 'production',
  GRAPHILE_ENV: 'production',
  PGOPTIONS: '-c jit=off -c TimeZone=UTC',
  POOL: String(poolSize),
};

/** Variables for our server alone, without tokens and request log. */
const own = {
  PG_AUTH: 'password',
  PG_POOL_SIZE: String(poolSize),
  HOST: '127.0.0.1',
  AUTH: 'none',
  DOCUMENTS: 'any',
  LOG_LEVEL: 'error',
};

export const settingsOf = ({ dialect }: Program): Readonly<Record<string, string>> => ({
  ...common,
  ...(dialect === 'ours' && own),
});
