import type { Severity } from '../gql/graphql';

/** The worst first, at the bottom of the bars, where heights can be compared. */
export const severities: readonly Severity[] = ['CRITICAL', 'ERROR', 'WARNING', 'INFO', 'DEBUG'];

export const errorsAndWorse: readonly Severity[] = severities.slice(0, 2);

export const nameOf = (severity: Severity): string => severity.toLowerCase();

/** Adds a severity, or removes it if it is selected; the worst stays first. */
export const toggled = (chosen: readonly Severity[], one: Severity): readonly Severity[] =>
  severities.filter((severity) => chosen.includes(severity) !== (severity === one));
