import { type Outcome, outcomeOf } from '../test/support/outcome.ts';

/** A kind of answer that is large in its own way. */
export interface Kind {
  readonly name: string;
  /** Asks for about so many rows, of at most `devices` devices. */
  readonly query: (rows: number) => string;
  /** Whether it is more than a response may be, though its price lets it through. */
  readonly isRefused?: boolean;
}

/** The sample that they are asked of. */
export const devices = 500;
const perDevice = 398;
export const events = devices * perDevice;

/** One statement of the events of many devices. */
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
  // Few, which TOAST keeps in little.
  { name: 'rows of 4 MB', query: () => '{ crowdPiles(first: 300) { nodes { content } } }', isRefused: true },
];

/** Rows of some 20 kB that no compression makes smaller, and rows of 4 MB that it makes tiny. */
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

/** The query of this kind for the most rows that are answered, or, of the refused, that are read. */
export async function largest(ask: (query: string) => Promise<Response>, kind: Kind): Promise<Largest> {
  for (let rows = events; rows > 100; rows = Math.floor(rows * 0.9)) {
    const query = kind.query(rows);
    const answer = await outcomeOf(ask(query));
    if (answer.isWhole || (kind.isRefused && answer.outcome === 'RESPONSE_TOO_LARGE'))
      return { ...answer, query, rows };
  }
  throw new Error(`Nothing is answered to "${kind.name}"`);
}
