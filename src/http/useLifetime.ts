import { getOperationAST, OperationTypeNode } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../context.ts';
import { AppError } from '../errors.ts';

export interface LifetimeContext {
  lifetime: Lifetime;
}

/** The time in which a request's answer is of use. */
interface Lifetime {
  /** Aborts with an AppError once the answer is of no use. */
  readonly signal: AbortSignal;
  /** Also ends the lifetime when the client departs. */
  endWith(departure: AbortSignal): void;
  /** Removes the deadline. */
  release(): void;
}

/**
 * Gives each request a deadline, and cancels its statements when that passes or the client departs. A mutation ends
 * only at its deadline, and its statements are not cancelled. A subscription has no deadline.
 */
export function useLifetime(timeoutMs: number): Plugin<Context & LifetimeContext, LifetimeContext> {
  return {
    onRequest({ serverContext }) {
      serverContext.lifetime = createLifetime(timeoutMs);
    },
    onExecute({ args: { document, operationName, contextValue } }) {
      const { lifetime, request } = contextValue;
      endWithClient(lifetime, getOperationAST(document, operationName)?.operation, request);
    },
    onSubscribe({ args: { contextValue } }) {
      const { lifetime, request } = contextValue;
      lifetime.release();
      lifetime.endWith(request.signal);
    },
    // Absent if an earlier plugin has already answered.
    onResponse: ({ serverContext }) => serverContext.lifetime?.release(),
  };
}

/** A client that goes away ends what was read for it, but no mutation. */
export function endWithClient(lifetime: Lifetime, operation: OperationTypeNode | undefined, { signal }: Request): void {
  if (operation !== OperationTypeNode.MUTATION) lifetime.endWith(signal);
}

function createLifetime(timeoutMs: number): Lifetime {
  const controller = new AbortController();
  const end = (message: string) => controller.abort(new AppError('TIMEOUT', message));
  const timer = setTimeout(() => end(`The request took longer than ${timeoutMs} ms; ask for less at once`), timeoutMs);
  return {
    signal: controller.signal,
    endWith(departure) {
      const leave = () => end('The client disconnected');
      if (departure.aborted) leave();
      else departure.addEventListener('abort', leave);
    },
    release: () => clearTimeout(timer),
  };
}
