import type { CustomScalar } from '../src/schema/scalar.ts';
import { customScalars } from '../src/schema/scalars.ts';

type InTypeScript = string | { readonly input: string; readonly output: string };

/** The TypeScript type of each custom scalar, in the form that client code generators take. */
export const typesOfScalars: Readonly<Record<string, InTypeScript>> = Object.fromEntries(
  Object.entries<CustomScalar>(customScalars)
    .map(([name, { inTypeScript = 'string' }]) => [name, inTypeScript] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1)),
);

/** The types in results only, in the form that Relay takes. */
export const typesOfResults: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(typesOfScalars).map(([name, type]) => [name, typeof type === 'string' ? type : type.output]),
);

/** Writes the documentation's table of scalars. */
export const tableOfScalars: string = [
  '| scalar | in TypeScript | what it is |',
  '|---|---|---|',
  ...Object.entries<CustomScalar>(customScalars).map(
    ([name, { description }]) => `| \`${name}\` | \`${typesOfResults[name]}\` | ${description} |`,
  ),
].join('\n');
