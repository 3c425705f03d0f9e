import { type Cell, columnsOf, questionsOf, ratiosOf, serversOf } from './cells.ts';
import { type Column, near } from './columns.ts';
import type { BenchDatabase } from './database.ts';
import { drawRatios } from './draw.ts';
import { goalsOf, medianAndSpread, throughputGoals } from './goals.ts';
import { machine } from './machine.ts';
import { table, writePicture, writeSection } from './markdown.ts';
import type { Measurement } from './measure.ts';
import { base, flags } from './programs.ts';
import type { Start } from './starts.ts';
import { median } from './statistics.ts';
import type { Viewing } from './viewers.ts';

interface Run {
  readonly cells: readonly Cell[];
  readonly starts: ReadonlyMap<string, readonly Start[]>;
  readonly viewers: readonly Viewing[];
  /** Milliseconds that a distance adds to a ping. */
  readonly pings: ReadonlyMap<Column, number>;
  /** Largest resident set in megabytes, by server. */
  readonly peaks: ReadonlyMap<string, number>;
  readonly database: Pick<BenchDatabase, 'version'>;
  readonly events: number;
  readonly seconds: number;
}

/**
 * Prints the tables of a run, and writes them into the documentation if `write` is set; resolves with the number of
 * failures.
 */
export async function report(run: Run, { write }: { readonly write: boolean }): Promise<number> {
  const { cells } = run;
  const failed = cells.flatMap((cell) => failuresOf(cell));
  const sections = [
    `${machine(run.database.version)}. ${run.events.toLocaleString('en')} events, 5,000 devices, 50 sites; loads of ${run.seconds} s; Node.js with \`${flags.join(' ')}\`.`,
    failed.length === 0 ? 'No request failed.' : `**Failed**: ${failed.join('; ')}.`,
    goalTable(run),
    ...columnsOf(cells).flatMap((column) => tablesOf(run, column)),
    ...(run.viewers.length > 0 ? [viewersTable(run.viewers)] : []),
    'Starts and memory (the resident set when idle after the first answer, and the largest of the whole run):',
    processTable(run),
  ];
  const text = sections.join('\n\n');
  console.log(`\n${text}`);
  if (write) {
    await writeSection('compare', `![Throughput as a ratio to ${base.name}](performance.svg)\n\n${text}`);
    await writePicture(drawRatios(medianRatios(cells), base.name));
  }
  return failed.length;
}

const failuresOf = ({ question, server, column, measurements }: Cell): readonly string[] => {
  const [failures, requests] = [sum(measurements.map((m) => m.failures)), sum(measurements.map((m) => m.requests))];
  if (requests === 0) return [`${server}, ${question.name}, ${column.name}: no answer in time`];
  if (failures === 0) return [];
  return [`${server}, ${question.name}, ${column.name}: ${failures} of ${requests} requests`];
};

const goalTable = ({ cells, starts }: Run): string =>
  table(
    ['goal', '', 'median (lowest to highest)', 'reached'],
    goalsOf(cells, starts)
      .filter(({ values }) => values.length > 0)
      .map(({ what, wanted, values, reached }) => [what, wanted, medianAndSpread(values), reached ? 'yes' : '**no**']),
  );

function tablesOf({ cells, pings }: Run, column: Column): readonly string[] {
  const within = cells.filter((cell) => cell.column === column);
  const others = serversOf(within).filter((name) => name !== base.name);
  const rows = questionsOf(within).map(({ name: question, asks }) => [
    `${question} ${asks}`,
    ...others.map((name) =>
      medianAndSpread(ratiosOf(within, { question, column }, [{ name }, base], (m) => m.perSecond)),
    ),
  ]);
  const ping = pings.get(column);
  return [
    `**${column.name}**${ping === undefined ? '' : ` (a ping takes ${ping.toFixed(2)} ms)`}, throughput as a ratio to ${base.name} in the same round (median, lowest to highest):`,
    table(['', ...others], rows),
    'Requests per second, latency and CPU per request (medians):',
    table(['', 'server', ...figures], within.map(figuresOf)),
  ];
}

const figures = ['requests/s', 'p50 ms', 'p99 ms', 'Node CPU ms', 'PostgreSQL CPU ms'];

const figuresOf = ({ question, server, measurements }: Cell): readonly string[] => [
  question.name,
  server,
  ...textsOf(measurements),
];

const textsOf = (measurements: readonly Measurement[]): readonly string[] => [
  median(measurements.map((m) => m.perSecond)).toFixed(0),
  ...(['p50', 'p99'] as const).map((figure) => median(measurements.map((m) => m[figure])).toFixed(2)),
  ...(['nodeCpu', 'postgresCpu'] as const).map((figure) => median(measurements.map((m) => m[figure])).toFixed(3)),
];

const viewersTable = (viewers: readonly Viewing[]): string =>
  [
    '**Q9**: 64 viewers open the first page of the dashboard, which sends all its documents at once; each looks at the last day of a site. Figures of `events-graphql`, per page:',
    table(
      ['filters', 'statements/s', ...figures.map((name) => name.replace('requests', 'pages'))],
      viewers.map(({ filters, statementsPerSecond, measurement }) => [
        filters,
        statementsPerSecond.toFixed(0),
        ...textsOf([measurement]),
      ]),
    ),
  ].join('\n\n');

const processTable = ({ starts, peaks }: Run): string =>
  table(
    ['server', 'cold start to the first answered query, ms', 'idle, MB', 'largest, MB'],
    [...peaks].map(([server, peak]) => {
      const of = starts.get(server);
      const idle = of ? [median(of.map(({ ms }) => ms)), median(of.map(({ idleMegabytes }) => idleMegabytes))] : [];
      return [server, ...[idle[0], idle[1], peak].map((value) => value?.toFixed(0) ?? '–')];
    }),
  );

/**
 * Returns the median ratios of throughput at 32 connections, by question and server, for questions that the base
 * supports.
 */
const medianRatios = (cells: readonly Cell[]) =>
  questionsOf(cells)
    .map(({ name: question, asks }) => ({
      ...{ name: question, asks, goal: throughputGoals[question] },
      bars: serversOf(cells)
        .filter((name) => name !== base.name)
        .map((server) => ({
          name: server,
          ratios: ratiosOf(cells, { question, column: near }, [{ name: server }, base], (m) => m.perSecond),
        }))
        .filter(({ ratios }) => ratios.length > 0)
        .map(({ name, ratios }) => ({ name, value: median(ratios) })),
    }))
    .filter(({ bars }) => bars.length > 0);

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
