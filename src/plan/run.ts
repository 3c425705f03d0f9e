import type { ExecutionResult } from 'graphql';
import type { Context } from '../context.ts';
import type { Plan } from './plan.ts';
import { type AskedOf, readObjects } from './read.ts';
import { writePlanned } from './write.ts';

/** The data of a response as JSON. */
export class JsonData {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toJSON(): unknown {
    return JSON.parse(this.text);
  }
}

/** The result of an operation, as graphql-js has it but for its data. */
export interface PlannedResult extends Pick<ExecutionResult, 'errors'> {
  readonly data: JsonData | null;
}

/** Answers an operation by its plan, in no more than `longest` bytes; rejects with RESPONSE_TOO_LARGE. */
export async function runPlan(
  { root }: Plan,
  askedOf: AskedOf,
  context: Context,
  longest: number,
): Promise<PlannedResult> {
  const level = await readObjects(root, [{}], askedOf, context);
  const { data, errors } = writePlanned(root, level, { askedOf, context, longest });
  return { ...(errors.length > 0 && { errors }), data: data === null ? null : new JsonData(data) };
}

/** The JSON of a result. */
export const textOf = ({ data, errors }: PlannedResult): string =>
  `{${errors ? `"errors":${JSON.stringify(errors)},` : ''}"data":${data?.text ?? null}}`;
