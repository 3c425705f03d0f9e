import type { DocumentFinding } from './examine.ts';

/** A line for each operation in columns, its details below it, and the problems of the manifests at the end. */
export function asTable(findings: readonly DocumentFinding[], problems: readonly string[]): string {
  const rows = findings.map(({ status, name, cost, statements, id }) => [
    ...[status, name, String(cost ?? '-'), String(statements ?? '-'), id],
  ]);
  const cells = [['status', 'document', 'cost', 'statements', 'id'], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  const indent = ' '.repeat((widths[0] ?? 0) + 2);
  return [
    line(cells[0] ?? []),
    ...findings.flatMap((finding, i) => [
      line(rows[i] ?? []),
      ...[...finding.details, ...placeOf(finding)].map((detail) => indent + detail),
    ]),
    ...problems.map((problem) => `${'failed'.padEnd(widths[0] ?? 0)}  ${problem}`),
  ]
    .map((text) => `${text.trimEnd()}\n`)
    .join('');
}

/** Where to look for what has to be mended. */
const placeOf = ({ status, file }: DocumentFinding) => (status === 'failed' ? [`in ${file}`] : []);

export const isPassed = (findings: readonly DocumentFinding[], problems: readonly string[]): boolean =>
  problems.length === 0 && findings.every(({ status }) => status !== 'failed');

/** The same as one JSON document. */
export const asDocument = (findings: readonly DocumentFinding[], problems: readonly string[]): string =>
  `${JSON.stringify({ ok: isPassed(findings, problems), findings, problems }, null, 2)}\n`;
