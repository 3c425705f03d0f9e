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
    ...findings.flatMap(({ details }, i) => [line(rows[i] ?? []), ...details.map((detail) => indent + detail)]),
    ...problems.map((problem) => `${'failed'.padEnd(widths[0] ?? 0)}  ${problem}`),
  ]
    .map((text) => `${text.trimEnd()}\n`)
    .join('');
}
