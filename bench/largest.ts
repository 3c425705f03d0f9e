import { type Outcome, outcomeOf } from '../test/support/outcome.ts';

/** A kind of response that is large in its own way. */
export interface Kind {
  readonly name: string;
  /** Writes a query for about this many rows, of at most `devices` devices. */
  readonly query: (rows: number) => string;
  /** True if the response is larger than the limit although its price is allowed. */
  readonly isRefused?: boolean;
}

/** Size of the sample. */
export const devices = 500;
const perDevice = 398;
export const events = devices * perDevice;

/** Writes a query for the events of many devices, which is one statement. */
const ofEvents = (selection: string) => (rows: number) =>
  `{ devices(first: ${Math.ceil(rows / perDevice)}) { nodes { events(first: ${perDevice}) { ${selection} } } } }`;
const severities = Array.from({ length: 40 }, (_, n) => `a${n}: severity`).join(' ');

export const kinds: readonly Kind[] = [
  {
    name: 'rows with relations',
    query: ofEvents('edges { cursor node { id eventId payload device { serial attributes } eventType { name } } }'),
  },
  { name: 'narrow rows', query: ofEvents('nodes { value }') },
  { name: 'many values of a row', query: ofEvents(`nodes { ${severities} }`) },
  { name: 'texts of 20 kB', query: (rows) => `{ crowdPages(first: ${Math.ceil(rows / 150)}) { nodes { content } } }` },
  { name: 'more rows than a response may hold', query: ofEvents('nodes { id payload }'), isRefused: true },
  // Few rows, which TOAST compresses to very little.
  { name: 'rows of 4 MB', query: () => '{ crowdPiles(first: 300) { nodes { content } } }', isRefused: true },
];

/** Creates rows of some 20 kB that do not compress, and rows of 4 MB that compress to almost nothing. */
export const createPages = `
  create table events.crowd_page (crowd_page_id int primary key, content text not null);
  insert into events.crowd_page select page, (select string_agg(md5(page || '-' || n), '') from generate_series(1, 625) n)
    from generate_series(1, 1000) page;
  create table events.crowd_pile (crowd_pile_id int primary key, content text not null);
  insert into events.crowd_pile select n, repeat('x', 4000000) from generate_series(1, 400) n`;

export interface Largest extends Outcome {
  readonly query: string;
  readonly rows: number;
}

/** Finds the query of this kind that returns the most rows; for a refused kind, the one that reads the most. */
export async function largest(ask: (query: string) => Promise<Response>, kind: Kind): Promise<Largest> {
  for (let rows = events; rows > 100; rows = Math.floor(rows * 0.9)) {
    const query = kind.query(rows);
    const answer = await outcomeOf(ask(query));
    if (answer.isWhole || (kind.isRefused && answer.outcome === 'RESPONSE_TOO_LARGE'))
      return { ...answer, query, rows };
  }
  throw new Error(`Nothing is answered to "${kind.name}"`);
}
