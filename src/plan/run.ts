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

/** The result of an operation in graphql-js' form, except for its data. */
export interface PlannedResult extends Pick<ExecutionResult, 'errors'> {
  readonly data: JsonData | null;
}

/** Answers an operation in at most `longest` bytes; rejects with RESPONSE_TOO_LARGE. */
export type PlannedRun = (context: Context, longest: number) => Promise<PlannedResult>;

/**
 * Prepares the answer to an operation with variables as the client sent them. Returns null if the executor must answer:
 * there is no plan, or it must report an error in the variables.
 */
export function prepareRun(plans: OperationPlans, given: Readonly<Record<string, unknown>>): PlannedRun | null {
  const { coerced } = getVariableValues(plans.schema, plans.operation.variableDefinitions ?? [], given);
  const plan = coerced && plans.with(coerced);
  if (!plan || plan instanceof Unplanned) return null;
  try {
    const askedOf = askWith(plan, coerced);
    return (context, longest) =>
      runPlan(plan, askedOf, { ...context, loaders: context.loaders.filling(coerced) }, longest);
  } catch {
    return null;
  }
}

/**
 * Returns the field that keeps an operation from having a plan with these variables; null if it has one, or if the
 * variables are wrong.
 */
export function obstacleTo(plans: OperationPlans, given: Readonly<Record<string, unknown>>): string | null {
  const { coerced } = getVariableValues(plans.schema, plans.operation.variableDefinitions ?? [], given);
  const plan = coerced && plans.with(coerced);
  return plan instanceof Unplanned ? plan.reason : null;
}

async function runPlan({ root }: Plan, askedOf: AskedOf, context: Context, longest: number): Promise<PlannedResult> {
  const level = await readObjects(root, [{}], askedOf, context);
  const { data, errors } = await inSlices(context.borrower, writePlanned(root, level, { askedOf, context, longest }));
  return { ...(errors.length > 0 && { errors }), data: data === null ? null : new JsonData(data) };
}

/** Formats a result as JSON. */
export const textOf = ({ data, errors }: PlannedResult): string =>
  `{${errors ? `"errors":${JSON.stringify(errors)},` : ''}"data":${data?.text ?? null}}`;
