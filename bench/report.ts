import { readFile, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import type { BenchDatabase } from './database.ts';
import { drawBars } from './draw.ts';
import { generator } from './load.ts';
import type { Measurement } from './measure.ts';
import type { Question } from './questions.ts';
import { median, spread } from './statistics.ts';

/** What one server did with one question, round by round. */
export interface Cell {
  readonly question: Question;
  readonly server: string;
  readonly connections: number;
  readonly measurements: readonly Measurement[];
}

interface Run {
  readonly memory: ReadonlyMap<string, number>;
  readonly database: BenchDatabase;
  readonly events: number;
  /** Whether docs/performance.md and its picture are to hold it. */
  readonly write: boolean;
}

const base = 'PostGraphile';
const docs = new URL('../docs/', import.meta.url);

/** Prints the tables of a run, and puts them into the documentation where that was asked for. */
export async function report(cells: readonly Cell[], run: Run): Promise<void> {
  const text = [machine(run), ...tables(cells), memoryTable(run.memory)].join('\n\n');
  console.log(`\n${text}`);
  if (!run.write) return;
  const page = new URL('performance.md', docs);
  const [before, after] = (await readFile(page, 'utf8')).split(/<!-- begin -->.*<!-- end -->/s);
  await writeFile(page, `${before}<!-- begin -->\n${text}\n<!-- end -->${after}`);
  await writeFile(new URL('performance.svg', docs), drawBars(ratiosAt(cells, 32), base));
}

const machine = ({ database, events }: Run): string =>
  `${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores of ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GB, shared by ${generator}, the servers and PostgreSQL ${database.version}; Node.js ${process.version}; ${events.toLocaleString('en')} events, 5,000 devices, 50 sites.`;

function tables(cells: readonly Cell[]): readonly string[] {
  const counts = [...new Set(cells.map(({ connections }) => connections))];
  return counts.flatMap((count) => {
    const at = cells.filter(({ connections }) => connections === count);
    return [
      `**${count} ${count === 1 ? 'connection' : 'connections'}**, throughput as a ratio to ${base} in the same round (median, spread):`,
      ratioTable(at),
      'Requests a second, latency, and CPU for each request (median):',
      detailTable(at),
    ];
  });
}

function ratioTable(cells: readonly Cell[]): string {
  const servers = namesOf(cells).filter((name) => name !== base);
  const rows = questionsOf(cells).map((question) => [
    `${question.name} ${question.asks}`,
    ...servers.map((server) => {
      const ratios = ratiosOf(cells, question, server);
      return ratios.length > 0 ? `${median(ratios).toFixed(2)} (${(spread(ratios) * 100).toFixed(0)} %)` : '–';
    }),
  ]);
  return table(['', ...servers], rows);
}

function detailTable(cells: readonly Cell[]): string {
  const rows = cells.map(({ question, server, measurements }) => {
    const of = (value: (m: Measurement) => number, digits: number) => median(measurements.map(value)).toFixed(digits);
    return [
      question.name,
      server,
      of((m) => m.perSecond, 0),
      of((m) => m.p50, 2),
      of((m) => m.p99, 2),
      of((m) => m.nodeCpu, 3),
      of((m) => m.postgresCpu, 3),
    ];
  });
  return table(['', 'server', 'requests/s', 'p50 ms', 'p99 ms', 'Node CPU ms', 'PostgreSQL CPU ms'], rows);
}

const memoryTable = (memory: ReadonlyMap<string, number>): string =>
  `Largest resident set of the run:\n\n${table(
    ['server', 'MB'],
    [...memory].map(([server, megabytes]) => [server, megabytes.toFixed(0)]),
  )}`;

/** By question, then by server: the medians of the ratios. */
const ratiosAt = (cells: readonly Cell[], count: number) =>
  questionsOf(cells).map(({ name }) => ({
    name,
    bars: namesOf(cells)
      .filter((server) => server !== base)
      .map((server) => {
        const at = cells.filter(({ connections }) => connections === count);
        const question = at.find((cell) => cell.question.name === name)?.question;
        const ratios = question ? ratiosOf(at, question, server) : [];
        return { name: server, value: ratios.length > 0 ? median(ratios) : null };
      }),
  }));

/** A question that the base does not know has no ratio. */
function ratiosOf(cells: readonly Cell[], question: Question, server: string): readonly number[] {
  const of = (name: string) => cells.find((cell) => cell.question === question && cell.server === name)?.measurements;
  const [mine = [], theirs] = [of(server), of(base)];
  return theirs ? mine.map(({ perSecond }, round) => perSecond / (theirs[round]?.perSecond ?? Number.NaN)) : [];
}

const namesOf = (cells: readonly Cell[]) => [...new Set(cells.map(({ server }) => server))];
const questionsOf = (cells: readonly Cell[]) => [...new Set(cells.map(({ question }) => question))];

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
