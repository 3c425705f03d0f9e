import type { ServerResponse } from 'node:http';
import { getOperationAST, OperationTypeNode } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../context.ts';
import { AppError } from '../errors.ts';

export interface LifetimeContext {
  lifetime: Lifetime;
  /** The response at the socket; absent if there is no socket. */
  readonly res?: ServerResponse;
}

/** The source that tells when the client leaves: the response if there is a socket, otherwise the request's signal. */
type Departure = Pick<LifetimeContext, 'res'> & { readonly request: Pick<Request, 'signal'> };

/** The time in which a request's answer is of use. */
interface Lifetime {
  /** Aborts with an AppError once the answer is of no use. */
  readonly signal: AbortSignal;
  /** Ends the lifetime also when the client leaves before it has the answer. */
  endWith(departure: Departure): void;
  /** Removes the deadline. */
  release(): void;
}

/**
 * Gives each request a deadline, and cancels its statements when that passes or the client leaves. A mutation
 * continues when its client leaves, and a write that has begun is never cancelled. A subscription has no deadline.
 */
export function useLifetime(timeoutMs: number): Plugin<Context & LifetimeContext, LifetimeContext> {
  return {
    onRequest({ serverContext }) {
      serverContext.lifetime = createLifetime(timeoutMs);
    },
    onExecute({ args: { document, operationName, contextValue } }) {
      endWithClient(contextValue, getOperationAST(document, operationName)?.operation);
    },
    onSubscribe({ args: { contextValue } }) {
      const { lifetime } = contextValue;
      lifetime.release();
      lifetime.endWith(contextValue);
      // Nobody would end a stream whose client has already left.
      lifetime.signal.throwIfAborted();
    },
    // The lifetime is absent if an earlier plugin has already answered.
    onResponse: ({ serverContext }) => serverContext.lifetime?.release(),
  };
}

/** Ends a request's lifetime when its client leaves, unless it is a mutation. */
export function endWithClient(
  context: Pick<LifetimeContext, 'lifetime'> & Departure,
  operation: OperationTypeNode | undefined,
): void {
  if (operation !== OperationTypeNode.MUTATION) context.lifetime.endWith(context);
}

/**
 * Calls `leave` when the client leaves before it has the answer, at once if it has left already; returns the function
 * that stops listening.
 */
export function onDeparture({ request, res }: Departure, leave: () => void): () => void {
  if (!res) {
    if (request.signal.aborted) leave();
    else request.signal.addEventListener('abort', leave);
    return () => request.signal.removeEventListener('abort', leave);
  }
  // The socket's own event: listening to the request's signal costs several times as much.
  const closed = () => res.writableFinished || leave();
  if (res.closed) leave();
  else res.once('close', closed);
  return () => res.off('close', closed);
}

/** Creates the error for a client that leaves before it has the answer. */
export const clientLeft = () => new AppError('TIMEOUT', 'The client disconnected');

const tookTooLong = (timeoutMs: number) =>
  new AppError('TIMEOUT', `The request took longer than ${timeoutMs} ms; ask for less at a time`);

function createLifetime(timeoutMs: number): Lifetime {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(tookTooLong(timeoutMs)), timeoutMs);
  return {
    signal: controller.signal,
    endWith: (departure) => void onDeparture(departure, () => controller.abort(clientLeft())),
    release: () => clearTimeout(timer),
  };
}
