import type { Finding } from './finding.ts';

/** Formats a line for each step, with its details and remedy below. */
export const findingLines = (findings: readonly Finding[]): string =>
  findings
    .flatMap(({ status, step, message, details = [], remedy }) => [
      `${status.padEnd(8)} ${step.padEnd(13)} ${message}`,
      ...[...details, ...(remedy ? [`→ ${remedy}`] : [])].map((line) => `${' '.repeat(23)}${line}`),
    ])
    .map((line) => `${line}\n`)
    .join('');

/** Formats the findings as one JSON document: `{ ok, findings }`. */
export const asJson = (findings: readonly Finding[]): string =>
  `${JSON.stringify({ ok: findings.every(({ status }) => status !== 'failed'), findings }, null, 2)}\n`;
