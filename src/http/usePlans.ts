import { getVariableValues } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { RequestLimits } from '../config/limits.ts';
import type { Context } from '../context.ts';
import { Unplanned } from '../plan/plan.ts';
import type { OperationPlans } from '../plan/plans.ts';
import { askWith } from '../plan/read.ts';
import { type PlannedResult, runPlan, textOf } from '../plan/run.ts';
import type { DocumentContext } from './useDocuments.ts';

/** Answers an operation by its plan, where it has one; any other is the executor's. */
export function usePlans(limits: Pick<RequestLimits, 'bytes'>): Plugin<Context & DocumentContext> {
  return {
    onExecute({ args, setExecuteFn }) {
      const { document, operationName, variableValues, contextValue } = args;
      const { api, persisted, record } = contextValue;
      const plans = api.plans.of(document, operationName, persisted !== undefined);
      const run = plans && prepare(plans, api.schema, variableValues ?? {}, contextValue, limits.bytes);
      if (record) record.interpreter = run ? 'plan' : 'executor';
      if (run) setExecuteFn(() => run().then(withText));
    },
  };
}

/** Yoga writes a result by the function that it brings along. */
const withText = (result: PlannedResult) => ({ ...result, stringify: textOf });

/** How the operation is answered with these variables; null where that is for the executor, too, where they are wrong. */
function prepare(
  plans: OperationPlans,
  schema: Parameters<typeof getVariableValues>[0],
  given: Readonly<Record<string, unknown>>,
  context: Context,
  longest: number,
): (() => Promise<PlannedResult>) | null {
  const { coerced } = getVariableValues(schema, plans.operation.variableDefinitions ?? [], given);
  const plan = coerced && plans.with(coerced);
  if (!plan || plan instanceof Unplanned) return null;
  try {
    const askedOf = askWith(plan, coerced);
    return () => runPlan(plan, askedOf, context, longest);
  } catch {
    return null;
  }
}
