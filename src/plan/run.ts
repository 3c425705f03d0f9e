import type { ExecutionResult } from 'graphql';
import type { Context } from '../context.ts';
import { inSlices } from '../db/pool/slices.ts';
import { type Plan, Unplanned } from './plan.ts';
import type { OperationPlans } from './plans.ts';
import { type AskedOf, askWith, readObjects } from './read.ts';
import { writePlanned } from './write.ts';

type Variables = Readonly<Record<string, unknown>>;

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

/**
 * Answers an operation; rejects with RESPONSE_TOO_LARGE once a list, or all values together, have more than `longest`
 * characters.
 */
export type PlannedRun = (context: Context, longest: number) => Promise<PlannedResult>;

/**
 * Prepares the answer to an operation with these coerced variables; null if there is no plan, or the executor must
 * report an error in an argument.
 */
export function prepareRun(plans: OperationPlans, variables: Variables): PlannedRun | null {
  const plan = plans.with(variables);
  if (plan instanceof Unplanned) return null;
  try {
    const askedOf = askWith(plan, variables);
    return (context, longest) =>
      runPlan(plan, askedOf, { ...context, loaders: context.loaders.filling(variables) }, longest);
  } catch {
    return null;
  }
}

/**
 * Returns the reason why an operation has no plan with these variables; null if it has one, or if the variables are
 * wrong.
 */
export function obstacleTo(plans: OperationPlans, given: Variables): string | null {
  const coerced = plans.coerce(given);
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
