import type { DocumentFinding } from './examine.ts';

/**
 * Formats findings as a table with a line for each operation and its details below, followed by the problems of the
 * manifests.
 */
export function asTable(findings: readonly DocumentFinding[], problems: readonly string[]): string {
  const rows = findings.map((finding) => {
    const { status, name, cost, statements, id } = finding;
    return [status, name, String(cost ?? '-'), String(statements ?? '-'), id];
  });
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

/** Returns where to find a document that has to be fixed. */
const placeOf = ({ status, file }: DocumentFinding) => (status === 'failed' ? [`in ${file}`] : []);

export const hasPassed = (findings: readonly DocumentFinding[], problems: readonly string[]): boolean =>
  problems.length === 0 && findings.every(({ status }) => status !== 'failed');

/** Formats findings and problems as one JSON document. */
export const asJsonReport = (findings: readonly DocumentFinding[], problems: readonly string[]): string =>
  `${JSON.stringify({ ok: hasPassed(findings, problems), findings, problems }, null, 2)}\n`;
