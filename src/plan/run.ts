import { type ExecutionResult, getVariableValues } from 'graphql';
import type { Context } from '../context.ts';
import { inSlices } from '../db/pool/slices.ts';
import { type Plan, Unplanned } from './plan.ts';
import type { OperationPlans } from './plans.ts';
import { type AskedOf, askWith, readObjects } from './read.ts';
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

/** Answers an operation, in no more than `longest` bytes; rejects with RESPONSE_TOO_LARGE. */
export type PlannedRun = (context: Context, longest: number) => Promise<PlannedResult>;

/**
 * How an operation is answered with these variables, as its client sent them; null where that is for the executor: it has
 * no plan, or the executor is to say what is wrong with the variables.
 */
export function prepareRun(plans: OperationPlans, given: Readonly<Record<string, unknown>>): PlannedRun | null {
  const { coerced } = getVariableValues(plans.schema, plans.operation.variableDefinitions ?? [], given);
  const plan = coerced && plans.with(coerced);
  if (!plan || plan instanceof Unplanned) return null;
  try {
    const askedOf = askWith(plan, coerced);
    return ({ loaders, ...context }, longest) =>
      runPlan(plan, askedOf, { ...context, loaders: loaders.filling(coerced) }, longest);
  } catch {
    return null;
  }
}

/** The field for which an operation has no plan with these variables; null where it has one, or the variables are wrong. */
export function obstacleTo(plans: OperationPlans, given: Readonly<Record<string, unknown>>): string | null {
  const { coerced } = getVariableValues(plans.schema, plans.operation.variableDefinitions ?? [], given);
  const plan = coerced && plans.with(coerced);
  return plan instanceof Unplanned ? plan.field : null;
}

async function runPlan({ root }: Plan, askedOf: AskedOf, context: Context, longest: number): Promise<PlannedResult> {
  const level = await readObjects(root, [{}], askedOf, context);
  const { data, errors } = await inSlices(context.borrower, writePlanned(root, level, { askedOf, context, longest }));
  return { ...(errors.length > 0 && { errors }), data: data === null ? null : new JsonData(data) };
}

/** The JSON of a result. */
export const textOf = ({ data, errors }: PlannedResult): string =>
  `{${errors ? `"errors":${JSON.stringify(errors)},` : ''}"data":${data?.text ?? null}}`;
