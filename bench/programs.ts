import type { Dialect } from './questions.ts';

/** A server that is compared. */
export interface Program {
  readonly name: string;
  readonly dialect: Dialect;
  readonly file: string;
  /** Whether it takes a persisted document by GET. */
  readonly persisted: boolean;
  /** Whether it asks nobody who they are, where the others do. */
  readonly isOpen?: true;
}

/** What the others are measured against. */
export const base: Program = {
  name: 'PostGraphile',
  dialect: 'postgraphile',
  file: './servers/postgraphile.js',
  persisted: false,
};
export const ours: Program = { name: 'events-graphql', dialect: 'ours', file: '../dist/main.js', persisted: true };
/** Ours without anybody's claims, nor a token that says them. */
export const oursOpen: Program = { ...ours, name: 'without claims', isOpen: true };
/** The ceiling, whose SQL is written by hand. */
export const byHand: Program = { name: 'by hand', dialect: 'own', file: './servers/by-hand.ts', persisted: true };

/** As many connections to the database for each. */
const poolSize = 10;
/** The same of Node.js for all: long lists are bound by the collector, and the default is small. */
export const flags: readonly string[] = ['--max-semi-space-size=64'];

/** What all are told: production, and sessions without the JIT, which no statement here is long enough for. */
const common = {
  NODE_ENV: 'production',
  GRAPHILE_ENV: 'production',
  PGOPTIONS: '-c jit=off -c TimeZone=UTC',
  POOL: String(poolSize),
};

/** What those that measure ours alone leave out of production: tokens, and the log. */
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
