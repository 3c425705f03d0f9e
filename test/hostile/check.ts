import { isDeepStrictEqual } from 'node:util';
import type { GraphQLSchema } from 'graphql';
import { documentOf, type Question } from '../support/everyField.ts';
import { type Coverage, note } from './coverage.ts';
import type { Dice } from './dice.ts';
import type { Answer, Host } from './host.ts';
import type { Model } from './model.ts';
import type { Oracle, OracleRow, Texts } from './oracle.ts';
import type { Surface } from './surface.ts';

/** A relation in the API, with its rows as SQL reads them. */
export interface Place {
  readonly surface: Surface;
  readonly rows: readonly OracleRow[];
}

/** The tools of a crawl, and the relations that it visits. */
export interface Crawl {
  readonly schema: GraphQLSchema;
  readonly host: Host;
  readonly oracle: Oracle;
  readonly model: Model;
  readonly dice: Dice;
  readonly coverage: Coverage;
  readonly places: readonly Place[];
}

/** A question to the API, a statement that answers it independently, and how to compare the two. */
export interface Check {
  readonly what: string;
  readonly question: Question;
  readonly statement?: string;
  /** Computes the right answer from the rows of the statement. */
  readonly expected: (rows: readonly Texts[]) => unknown;
  /** Extracts the compared part of the API's answer. */
  readonly found: (answer: unknown, rows: readonly Texts[]) => unknown;
}

/** A difference between the API and SQL, with the document that shows it. */
export class Disagreement extends Error {}

/** Asks all questions in one document and runs their statements in one round trip; throws a `Disagreement`. */
export async function check({ host, oracle, coverage }: Crawl, checks: readonly Check[]): Promise<void> {
  if (checks.length === 0) return;
  const { document, variables } = documentOf(checks.map(({ question }) => question));
  const withStatement = checks.filter(({ statement }) => statement !== undefined);
  const results = await oracle.ask(withStatement.map(({ statement = '' }) => statement));
  const answer = await host.ask(document, variables);
  const data = dataOf(host, answer, document, variables);
  checks.forEach((one, i) => {
    const rows = results[withStatement.indexOf(one)] ?? [];
    const expected = one.expected(rows);
    const found = one.found(data[`q${i}`], rows);
    note(coverage, 'check', one.what.split(':')[0] ?? '');
    if (isDeepStrictEqual(found, expected)) return;
    const alone = documentOf([one.question]);
    throw new Disagreement(
      [
        `${one.what}\nSQL says ${JSON.stringify(expected)}\nthe API says ${JSON.stringify(found)}`,
        `${alone.document}\n${JSON.stringify(alone.variables)}`,
        ...(one.statement === undefined ? [] : [one.statement]),
        ...(answer.errors ?? []).filter(({ path }) => path?.[0] === `q${i}`).map((error) => JSON.stringify(error)),
      ].join('\n'),
    );
  });
}

/** Returns the data of an answer; throws a `Disagreement` for any error except a number that JSON cannot express. */
export function dataOf(
  host: Host,
  { data, errors = [] }: Answer,
  document: string,
  variables: unknown,
): Readonly<Record<string, unknown>> {
  const wrong = errors.filter(({ extensions }) => extensions.code !== 'VALUE_NOT_REPRESENTABLE');
  if (wrong.length === 0 && data) return data;
  const [first] = wrong;
  const field = document.split('\n').find((line) => line.includes(`${first?.path?.[0]}: `));
  throw new Disagreement(
    `${JSON.stringify(wrong.slice(0, 3), null, 1)}\n${field ?? document}\n${JSON.stringify(variables)}\n${host.faults().join('\n')}`,
  );
}

/** Returns the marks of these rows in ascending order. */
export const marksOf = (nodes: readonly Readonly<Record<string, unknown>>[], mark: string): readonly number[] =>
  nodes.map((node) => Number(node[mark])).toSorted((a, b) => a - b);
