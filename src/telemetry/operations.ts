import type { RequestRecord } from '../context.ts';
import type { Instruments } from './instruments.ts';

/** Limits of operation names that clients can add to metrics, beyond the names of persisted documents. */
const maxNames = 200;
const maxNameLength = 100;

const refusal = /^(PERSISTED_|QUERY_TOO_COMPLEX$)/;

/** Returns a function that records a request as a GraphQL operation, `ms` after it arrived. */
export function createOperationMeasure(instruments: Instruments): (record: RequestRecord, ms: number) => void {
  const names = new Set<string>();
  const boundedName = ({ operation, documentId }: RequestRecord): string => {
    const name = operation?.name ?? '(anonymous)';
    if (documentId !== undefined || names.has(name)) return name;
    if (names.size >= maxNames || name.length > maxNameLength) return '(other)';
    names.add(name);
    return name;
  };
  return (record, ms) => {
    const { operation, interpreter, code, cost, streams } = record;
    const outcome = code === undefined ? {} : { 'error.type': code };
    if (streams) instruments.subscriptions.add(-1);
    if (code !== undefined && refusal.test(code)) instruments.documentsRefused.add(1, outcome);
    if (!operation) return;
    const attributes = { 'graphql.operation.type': operation.type, 'graphql.operation.name': boundedName(record) };
    const ran = interpreter && { 'events_graphql.interpreter': interpreter };
    instruments.operationDuration.record(ms / 1000, { ...attributes, ...ran, ...outcome });
    if (cost !== undefined) instruments.operationCost.record(cost, attributes);
  };
}
