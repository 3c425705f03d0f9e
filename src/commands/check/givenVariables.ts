import { readFile } from 'node:fs/promises';
import { Kind } from 'graphql';
import { z } from 'zod';
import type { DocumentStore } from '../../documents/store.ts';
import { unknownText } from '../arguments.ts';
import { UsageError } from '../usageError.ts';

/** Values of variables, by the name of the operation. */
export type GivenVariables = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const givenVariables = z.record(z.string(), z.record(z.string(), z.unknown()));

/** Reads values of variables; throws a UsageError for an operation or variable that no document has. */
export async function readGivenVariables(file: string, { all }: DocumentStore): Promise<GivenVariables> {
  const wrong = (problem: string) => new UsageError(`--variables: ${problem}`);
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw wrong(error.message);
  });
  const { data: given, success } = z.preprocess(parsedJson, givenVariables).safeParse(text);
  if (!success) throw wrong(`${file} is not JSON of the form { "Operation": { "variable": 1 } }`);
  const definitions = all.flatMap(({ parsed }) => ('definitions' in parsed ? parsed.definitions : []));
  const operations = definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  const byName = Map.groupBy(operations, ({ name }) => name?.value ?? '');
  for (const [name, values] of Object.entries(given)) {
    const named = byName.get(name);
    if (!named) throw wrong(unknownText(name, 'operation', [...byName.keys()]));
    const known = named.flatMap(({ variableDefinitions = [] }) =>
      variableDefinitions.map((v) => v.variable.name.value),
    );
    const other = Object.keys(values).find((variable) => !known.includes(variable));
    if (other !== undefined) throw wrong(unknownText(other, `variable of ${name}`, known));
  }
  return given;
}

function parsedJson(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return undefined;
  }
}
