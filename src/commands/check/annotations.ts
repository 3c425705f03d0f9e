import type { DocumentFinding } from './examine.ts';

/** Formats problems as commands that GitHub Actions shows next to the files. Source: GitHub, "Workflow commands". */
export const annotations = (findings: readonly DocumentFinding[], problems: readonly string[]): string =>
  [
    ...findings
      .filter(({ status }) => status !== 'ok')
      .map(({ status, file, name, details }) => {
        const level = status === 'failed' ? 'error' : 'warning';
        return `::${level} file=${property(file)},title=${property(name)}::${data(details.join('\n'))}\n`;
      }),
    ...problems.map((problem) => `::error::${data(problem)}\n`),
  ].join('');

const data = (text: string) => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

const property = (text: string) => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
