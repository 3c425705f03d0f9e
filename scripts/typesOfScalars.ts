import { type CustomScalar, customScalars } from '../src/schema/scalars.ts';

type InTypeScript = string | { readonly input: string; readonly output: string };

/** The TypeScript type of each scalar that GraphQL does not have itself, as the generators of clients' types take it. */
export const typesOfScalars: Readonly<Record<string, InTypeScript>> = Object.fromEntries(
  Object.entries<CustomScalar>(customScalars)
    .map(([name, { inTypeScript = 'string' }]) => [name, inTypeScript] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1)),
);

/** The same in results alone, which is all that Relay asks for. */
export const typesOfResults: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(typesOfScalars).map(([name, type]) => [name, typeof type === 'string' ? type : type.output]),
);

/** The table of the scalars for the documentation. */
export const tableOfScalars: string = [
  '| scalar | in TypeScript | what it is |',
  '|---|---|---|',
  ...Object.entries<CustomScalar>(customScalars).map(
    ([name, { description }]) => `| \`${name}\` | \`${typesOfResults[name]}\` | ${description} |`,
  ),
].join('\n');
