import { metrics } from '@opentelemetry/api';
import type { Plugin } from 'graphql-yoga';
import { type Borrower, createTurns } from '../db/pool/turns.ts';
import { createWaitingRoom } from '../db/pool/waitingRoom.ts';
import { AppError } from '../errors.ts';
import { inSpan } from '../tracing/span.ts';
import { type OriginContext, originOf } from './origin.ts';
import type { Rule } from './useAdmission.ts';
import { clientLeft, type LifetimeContext, onDeparture } from './useLifetime.ts';

/** Context of a request that may have to wait before it runs. */
interface RunContext extends OriginContext, Pick<LifetimeContext, 'res'> {
  run?: Run;
}

/** The run of a request. */
interface Run {
  /** Time at which it began, by `performance.now()`. */
  readonly began: number;
  /** Gives its place to another request; absent once it has done so. */
  endTurn?: (() => void) | undefined;
}

/** The limit on how many requests run at once. */
export interface Concurrency {
  /**
   * Waits until the request may run; rejects with DATABASE_UNAVAILABLE if that takes too long, and with TIMEOUT if the
   * client leaves.
   */
  readonly begin: Rule<RunContext>;
  /** Ends the run of an answered request. */
  readonly end: (context: RunContext) => void;
}

/** Time after which a run no longer counts, in milliseconds: most likely it waits for the database or for memory. */
const countedMs = 100;

/**
 * Creates the limit: at most `most` requests run at once, and a caller who has some running leaves the last fifth to those
 * who have none. All others wait once their body has arrived, before it is parsed, because the garbage collector copies
 * whatever a request creates for as long as it runs; callers alternate. Slow requests keep nobody waiting, since they count
 * only for a while.
 */
export function createConcurrency(most: number, proxies: number, waitMs = 5000): Concurrency {
  const turns = createTurns(most, () => most);
  // Runs are short, so callers alternate, whatever they have used: otherwise new callers would always come first.
  const room = createWaitingRoom<Run>({ ...turns, used: () => 0 });
  // An array of `most` places: a long-lived Set would keep ended runs alive.
  const running = Array<Run | undefined>(most).fill(undefined);
  const pending = metrics.getMeter('events-graphql').createUpDownCounter('events_graphql.request.pending', {
    unit: '{request}',
    description: 'Requests that wait to run',
  });
  let timer: NodeJS.Timeout | undefined;

  const hasPlace = () => running.includes(undefined);
  const newRun = (): Run => ({ began: performance.now() });
  const late = () =>
    new AppError('DATABASE_UNAVAILABLE', 'The server has too many other requests to answer at the moment; try again', {
      cause: new Error(`At most ${most} requests run at once, and ${room.length} wait`),
    });

  function count(run: Run, borrower: Borrower): void {
    run.endTurn = turns.lend(borrower);
    running[running.indexOf(undefined)] = run;
  }

  function discount(run: Run): void {
    run.endTurn?.();
    run.endTurn = undefined;
    running[running.indexOf(run)] = undefined;
  }

  /** Lets waiting requests begin while there are places. If some still wait, slow runs stop counting a little later. */
  function serve(): void {
    while (room.length > 0 && hasPlace()) {
      const run = newRun();
      const borrower = room.offer(run);
      if (!borrower) break;
      count(run, borrower);
    }
    if (room.length > 0 && !timer) timer = setTimeout(discountSlow, countedMs / 4);
  }

  function discountSlow(): void {
    timer = undefined;
    const began = performance.now() - countedMs;
    for (const run of running) if (run && run.began <= began) discount(run);
    serve();
  }

  return {
    begin(request, context) {
      const borrower = { caller: originOf(request, context, proxies) };
      if (hasPlace() && turns.share(borrower) > 0) {
        context.run = newRun();
        return count(context.run, borrower);
      }
      const departure = new AbortController();
      const stopListening = onDeparture({ request, res: context.res }, () => departure.abort(clientLeft()));
      pending.add(1);
      return inSpan('wait to run', {}, async () => {
        const waited = room.wait(borrower, { suits: () => true, ms: waitMs, late, signal: departure.signal });
        serve();
        context.run = await waited;
      }).finally(() => {
        stopListening();
        pending.add(-1);
      });
    },
    end({ run }) {
      if (!run?.endTurn) return;
      discount(run);
      serve();
    },
  };
}

/** Ends the run of each answered request. A stream runs only until it is open. */
export const useConcurrency = ({ end }: Concurrency): Plugin<object, RunContext> => ({
  onResponse: ({ serverContext }) => end(serverContext),
});
