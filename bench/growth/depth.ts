import { withOurs } from '../servers.ts';
import { probe, query } from './probe.ts';
import type { Grow } from './section.ts';

/** A level of a document: the text that opens it, and a column in it. */
type Level = readonly [open: string, column: string];

const toOne: readonly Level[] = [
  ['events(first: 50) { nodes {', 'severity'],
  ['device {', 'serial'],
  ['site {', 'name'],
  ['parentSite {', 'name'],
  ['parentSite {', 'code'],
];
const toMany: readonly Level[] = [
  ['sites(first: 4) { nodes {', 'name'],
  ['devices(first: 4) { nodes {', 'serial'],
  ['events(first: 4) { nodes {', 'severity'],
  ['device {', 'model'],
  ['events(first: 4) { nodes {', 'value'],
];

/** Grows the depth of a document: to-one relations, and lists in lists. */
export const growDepth: Grow = async (database, { seconds }) => {
  const rows = await withOurs(database.variables, async (server) => {
    const measured = [];
    for (let depth = 1; depth <= 5; depth++) {
      const cells = [];
      for (const levels of [toOne, toMany]) {
        const document = query(documentOf(levels.slice(0, depth)));
        const { p50, nodeCpu, postgresCpu } = await probe(database, server, document, { seconds });
        cells.push(...[p50, nodeCpu, postgresCpu].map((ms) => ms.toFixed(2)));
      }
      measured.push([String(depth), ...cells]);
    }
    return measured;
  });
  return {
    title:
      'Depth (1 connection): to-one relations of 50 events; lists of 4 within lists of 4 (level 4 is to-one), 404 rows with all five',
    head: [
      'levels',
      ...['to one: p50 ms', 'Node CPU ms', 'PostgreSQL CPU ms'],
      ...['lists: p50 ms', 'Node CPU ms', 'PostgreSQL CPU ms'],
    ],
    rows,
  };
};

function documentOf(levels: readonly Level[]): string {
  const inner = levels.reduceRight((below, [open, column]) => {
    const close = '}'.repeat(open.split('{').length - 1);
    return `${open} ${column} ${below} ${close}`;
  }, '');
  return `{ ${inner} }`;
}
