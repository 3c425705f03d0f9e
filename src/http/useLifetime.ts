import { getOperationAST } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../context.ts';
import { AppError } from '../errors.ts';

export interface LifetimeContext {
  lifetime: Lifetime;
}

/** How long a request's answer is of use. */
interface Lifetime {
  /** Aborts with an AppError when it is not any more. */
  readonly signal: AbortSignal;
  /** From now on it ends with this, too. */
  endWith(departure: AbortSignal): void;
  /** There is no deadline any more. */
  release(): void;
}

/**
 * Gives each request a deadline, and ends what it does in the database when that passes or the client goes away. Only
 * the deadline ends a mutation, whose statements are not cancelled either; a subscription has none.
 */
export function useLifetime(timeoutMs: number): Plugin<Context & LifetimeContext, LifetimeContext> {
  return {
    onRequest({ serverContext }) {
      serverContext.lifetime = createLifetime(timeoutMs);
    },
    onExecute({ args: { document, operationName, contextValue } }) {
      const { lifetime, request } = contextValue;
      if (getOperationAST(document, operationName)?.operation !== 'mutation') lifetime.endWith(request.signal);
    },
    onSubscribe({ args: { contextValue } }) {
      const { lifetime, request } = contextValue;
      lifetime.release();
      lifetime.endWith(request.signal);
    },
    // An earlier plugin may have answered before there was a lifetime.
    onResponse: ({ serverContext }) => serverContext.lifetime?.release(),
  };
}

function createLifetime(timeoutMs: number): Lifetime {
  const controller = new AbortController();
  const end = (message: string) => controller.abort(new AppError('TIMEOUT', message));
  const timer = setTimeout(() => end(`The request took longer than ${timeoutMs} ms; ask for less at once`), timeoutMs);
  return {
    signal: controller.signal,
    endWith(departure) {
      const leave = () => end('The client went away');
      if (departure.aborted) leave();
      else departure.addEventListener('abort', leave);
    },
    release: () => clearTimeout(timer),
  };
}
