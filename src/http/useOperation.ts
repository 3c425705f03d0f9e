import type { Span } from '@opentelemetry/api';
import { type ExecutionResult, getOperationAST } from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import type { Incoming, RecordedMessage, RequestRecord } from '../context.ts';
import { failSpan, inSpan } from '../tracing/span.ts';

/** Records which operation a request runs and what became of it, and gives the operation a span. */
export function useOperation(): Plugin<Partial<Incoming>, Partial<Incoming> & { readonly req?: RecordedMessage }> {
  return {
    onRequest({ serverContext }) {
      const record = serverContext.req?.record;
      if (record) serverContext.record = record;
    },
    instrumentation: {
      operation: ({ context: { record } }, wrapped) => inOperation(record, async () => wrapped()),
    },
    onParse({ context: { params, record } }) {
      return ({ result }) => {
        if (!record || !result || result instanceof Error) return;
        const operation = getOperationAST(result, params.operationName);
        if (operation) record.operation = { type: operation.operation, name: operation.name?.value };
      };
    },
    onExecutionResult({ result, context: { record } }) {
      if (record && result) note(result, record);
    },
    onResultProcess({ result, serverContext: { record } }) {
      if (!record || Array.isArray(result)) return;
      note(result, record);
      if (isAsyncIterable(result)) record.startStream();
    },
    onResponse({ response, serverContext: { record, caller } }) {
      if (!record) return;
      if (caller) record.caller = caller.id;
      if (response.status >= 400) return noteRefusal(response, record);
    },
  };
}

/** Runs an operation in a span of its own with the attributes of its record. */
export function inOperation<T>(record: RequestRecord | undefined, work: () => Promise<T>): Promise<T> {
  if (!record) return work();
  return inSpan('GraphQL Operation', {}, async (span) => {
    const done = await work();
    describe(span, record);
    return done;
  });
}

function note(result: ExecutionResult | AsyncIterable<unknown>, record: RequestRecord): void {
  if (isAsyncIterable(result)) return;
  record.code = codeOf(result.errors);
}

/** Records why a request was refused. A refusal has no result, only a body. */
async function noteRefusal(response: Response, record: RequestRecord): Promise<void> {
  record.code ??= codeIn(await response.clone().text());
}

/** Finds the code of the first error in the text of a response; undefined if there is none. */
function codeIn(text: string): string | undefined {
  try {
    const { errors } = JSON.parse(text) as Partial<ExecutionResult>;
    return codeOf(errors);
  } catch {
    return undefined;
  }
}

function codeOf(errors: ExecutionResult['errors']): string | undefined {
  const code = errors?.[0]?.extensions?.['code'];
  return typeof code === 'string' ? code : undefined;
}

/** Codes with which an operation's span has failed: faults of the server and of its database. */
const ours = /^(INTERNAL_SERVER_ERROR|DATABASE_UNAVAILABLE|TIMEOUT)$/;

function describe(span: Span, { operation, documentId, code }: RequestRecord): void {
  if (operation) {
    span.updateName(operation.type);
    span.setAttribute('graphql.operation.type', operation.type);
    if (operation.name) span.setAttribute('graphql.operation.name', operation.name);
  }
  if (documentId) span.setAttribute('graphql.document.id', documentId);
  if (!code) return;
  if (ours.test(code)) failSpan(span, code);
  else span.setAttribute('error.type', code);
}
