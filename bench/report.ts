import { type Cell, connectionsOf, questionsOf, ratiosOf, serversOf } from './cells.ts';
import type { BenchDatabase } from './database.ts';
import { drawRatios } from './draw.ts';
import { goalsOf, medianAndSpread, throughputGoals } from './goals.ts';
import { machine } from './machine.ts';
import { table, writePicture, writeSection } from './markdown.ts';
import { base, flags } from './programs.ts';
import type { Start } from './starts.ts';
import { median } from './statistics.ts';

interface Run {
  readonly cells: readonly Cell[];
  readonly starts: ReadonlyMap<string, readonly Start[]>;
  /** By server: megabytes. */
  readonly peaks: ReadonlyMap<string, number>;
  readonly database: Pick<BenchDatabase, 'version'>;
  readonly events: number;
  readonly rounds: number;
  readonly seconds: number;
}

/** Prints the tables of a run, and puts them into the documentation if it is told to; resolves with the number of failures. */
export async function report(run: Run, { write }: { readonly write: boolean }): Promise<number> {
  const { cells } = run;
  const failed = cells.flatMap((cell) => failuresOf(cell));
  const sections = [
    `${machine(run.database.version)}. ${run.events.toLocaleString('en')} events, 5,000 devices, 50 sites; rounds of ${run.seconds} s: ${run.rounds}; Node.js with \`${flags.join(' ')}\`.`,
    failed.length === 0 ? 'No request failed.' : `**Failed**: ${failed.join('; ')}.`,
    goalTable(run),
    ...connectionsOf(cells).flatMap((connections) => tablesAt(cells, connections)),
    'Starts, and memory (the resident set: at rest after the first answer, and the largest of the whole run):',
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

const failuresOf = ({ question, server, connections, measurements }: Cell): readonly string[] => {
  const [failures, requests] = [sum(measurements.map((m) => m.failures)), sum(measurements.map((m) => m.requests))];
  if (requests === 0) return [`${server}, ${question.name}, ${connections} connections: no answer in time`];
  if (failures === 0) return [];
  return [`${server}, ${question.name}, ${connections} connections: ${failures} of ${requests} requests`];
};

const goalTable = ({ cells, starts }: Run): string =>
  table(
    ['goal', '', 'median (spread)', 'reached'],
    goalsOf(cells, starts)
      .filter(({ ratios }) => ratios.length > 0)
      .map(({ what, wanted, ratios, reached }) => [what, wanted, medianAndSpread(ratios), reached ? 'yes' : '**no**']),
  );

function tablesAt(cells: readonly Cell[], connections: number): readonly string[] {
  const at = cells.filter((cell) => cell.connections === connections);
  const others = serversOf(at).filter((name) => name !== base.name);
  const rows = questionsOf(at).map(({ name: question, asks }) => [
    `${question} ${asks}`,
    ...others.map((server) =>
      medianAndSpread(ratiosOf(at, { question, connections }, [server, base.name], (m) => m.perSecond)),
    ),
  ]);
  return [
    `**${connections} ${connections === 1 ? 'connection' : 'connections'}**, throughput as a ratio to ${base.name} in the same round (median, spread):`,
    table(['', ...others], rows),
    'Requests a second, latency, and CPU for each request (median):',
    table(['', 'server', 'requests/s', 'p50 ms', 'p99 ms', 'Node CPU ms', 'PostgreSQL CPU ms'], at.map(figuresOf)),
  ];
}

const figuresOf = ({ question, server, measurements }: Cell): readonly string[] => [
  question.name,
  server,
  median(measurements.map((m) => m.perSecond)).toFixed(0),
  ...(['p50', 'p99'] as const).map((figure) => median(measurements.map((m) => m[figure])).toFixed(2)),
  ...(['nodeCpu', 'postgresCpu'] as const).map((figure) => median(measurements.map((m) => m[figure])).toFixed(3)),
];

const processTable = ({ starts, peaks }: Run): string =>
  table(
    ['server', 'cold start to the first answered query, ms', 'idle, MB', 'largest, MB'],
    [...peaks].map(([server, peak]) => {
      const of = starts.get(server);
      const idle = of ? [median(of.map(({ ms }) => ms)), median(of.map(({ idleMegabytes }) => idleMegabytes))] : [];
      return [server, ...[idle[0], idle[1], peak].map((value) => value?.toFixed(0) ?? '–')];
    }),
  );

/** By question that the base knows, then by server: the median of throughput at 32 connections. */
const medianRatios = (cells: readonly Cell[]) =>
  questionsOf(cells)
    .map(({ name: question, asks }) => ({
      ...{ name: question, asks, goal: throughputGoals[question] },
      bars: serversOf(cells)
        .filter((name) => name !== base.name)
        .map((server) => ({
          name: server,
          ratios: ratiosOf(cells, { question, connections: 32 }, [server, base.name], (m) => m.perSecond),
        }))
        .filter(({ ratios }) => ratios.length > 0)
        .map(({ name, ratios }) => ({ name, value: median(ratios) })),
    }))
    .filter(({ bars }) => bars.length > 0);

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
