import { isDeepStrictEqual } from 'node:util';
import { SpanKind } from '@opentelemetry/api';
import type pg from 'pg';
import { openTokenSource, type TokenSource } from '../../auth/identity/tokenSource.ts';
import type { Identity } from '../../config/database.ts';
import { unavailable } from '../../errors.ts';
import { databaseAttributes, inDetachedSpan } from '../../tracing/span.ts';
import { Canceller } from './cancel.ts';
import { type ConnectionOptions, openConnection } from './connection.ts';
import { isConnectionLost } from './connectionLost.ts';
import { createLending } from './lending.ts';
import { LoginError } from './loginError.ts';
import { createMembers, type Member } from './members.ts';
import { ByteCount, type Meter } from './meter.ts';
import { createOpener } from './opener.ts';
import { createReporter, type Report, type ReportOptions } from './report.ts';
import { startRotation } from './rotation.ts';
import type { Session } from './session.ts';
import { type PoolStats, poolStatsOf } from './stats.ts';
import { type Borrower, ownWork } from './turns.ts';

export interface PoolOptions extends ConnectionOptions, ReportOptions {
  /** A fixed password; an identity, whose tokens serve as the password; or a source of such tokens, which the pool ends. */
  readonly password: string | Identity | TokenSource;
  /** Maximum number of connections; a replacement may briefly exceed it by one. */
  readonly size: number;
  /** Time that a request waits for a free connection. */
  readonly waitTimeoutMs?: number;
  /** Age at which a connection is replaced, so that a dropped role or a moved server is noticed. */
  readonly maxLifetimeMs?: number;
  /** Called for the first session behind a pooler, and for each that differs from the last. */
  readonly onPooled?: (session: Session) => void;
}

export interface UseOptions {
  /** The borrower; by default the server itself. */
  readonly borrower?: Borrower | undefined;
  /**
   * The time (`performance.now()`) since which the lent connection must have answered; 0 if any connection will do. It
   * is set when work is repeated.
   */
  readonly aliveSince?: number | undefined;
  /** Ends the wait for a connection when it aborts: `use` rejects with its reason, unless the work has begun. */
  readonly signal?: AbortSignal;
  /** True if the signal also cancels the running statement in PostgreSQL. */
  readonly cancel?: boolean;
  /** Counts the bytes of the results. If it throws, the work is cancelled and `use` rejects with that error. */
  readonly meter?: Meter | undefined;
}

/** Work that runs on a connection. */
export type Work<T> = (client: pg.ClientBase, session: Session) => Promise<T>;

export interface Pool {
  /**
   * Lends a connection while `work` runs. It is closed afterwards if `work` rejects because the connection was lost, or
   * leaves a transaction open. Rejects with DATABASE_UNAVAILABLE if no connection becomes free in time.
   */
  use<T>(work: Work<T>, options?: UseOptions): Promise<T>;
  stats(): PoolStats;
  /** The source of the tokens with which it logs in, for further connections to the same server. */
  readonly tokens: TokenSource;
  /** Time limit of a statement, within which it may also be repeated. */
  readonly statementTimeoutMs: number;
  /** Waits for lent connections, then closes all. */
  end(): Promise<void>;
}

/** The part of a pool that is needed to run statements. */
export type Lender = Pick<Pool, 'use' | 'statementTimeoutMs'>;

/** Number of connections to keep open after the first login: a slow statement should not hold the only one. */
const leastOpen = 2;

/**
 * Creates a pool whose sessions use UTC and ISO 8601, on which the scalars rely. It replaces connections before their
 * tokens expire. pg.Pool cannot do that: it closes the old connection first, and opens a new one only when a request
 * waits.
 */
export function createPool(options: PoolOptions): Pool {
  const { size, waitTimeoutMs = 5000, maxLifetimeMs = 2_700_000 } = options;
  const reporter = createReporter(options);
  const { report } = reporter;
  const loginSpan = { kind: SpanKind.CLIENT, attributes: databaseAttributes(options) };
  const tokens = tokensOf(options.password, report);
  const tellPooled = tellOnce(options.onPooled);
  let replacing: Member | undefined;
  let peak = 0;
  let ended = false;

  const members = createMembers({
    connect: () => openConnection(options, tokens),
    maxLifetimeMs,
    onLost: (error) => report('lost', error),
    onGone: () => opener.grow(),
  });
  const usable = () => members.usable.length;
  const lending = createLending({
    size,
    waitTimeoutMs,
    usable: () => members.usable,
    problem: () => opener.problem,
    onWaiting: () => opener.grow(),
    onStranded: () => opener.suspect(new LoginError('connect', 'The database server did not complete a login in time')),
  });
  const open = async () => {
    const member = await inDetachedSpan('login', loginSpan, members.open);
    tellPooled(member.session);
    peak = Math.min(Math.max(peak, usable(), leastOpen), size);
    report('opened');
    if (!ended) return member;
    await member.close();
    throw new LoginError('connect', 'The pool has ended');
  };
  const opener = createOpener({
    // A lost connection is replaced at once: before somebody waits for it, and to notice when the database is back. One
    // at a time, so that a server that has just started is not flooded.
    wanted: () => Math.max(lending.wanting - members.logins, members.logins === 0 && usable() < peak ? 1 : 0),
    room: () => size + (replacing && members.hasSocket(replacing) ? 1 : 0) - members.sockets,
    logins: () => members.logins,
    open: async () => lending.lend(await open()),
    onFailed(error) {
      report('login-failed', error);
      if (usable() === 0) lending.hurry();
    },
  });
  const replace = async (old: Member) => {
    replacing = old;
    report('replacing');
    try {
      const fresh = await open();
      report('replaced');
      members.retire(old);
      lending.lend(fresh);
      await (old.idle ? old.close() : old.gone);
    } finally {
      replacing = undefined;
    }
  };
  const stopRotation = startRotation({
    tokens,
    members: () => members.usable,
    replace,
    onPostponed: (error) => report('postponed', error),
  });
  const giveBack = (member: Member) => {
    const isLost = !members.has(member);
    const isSpent = ended || !members.usable.includes(member) || member.client.getTransactionStatus() !== 'I';
    lending.takeBack(member, !isLost && !isSpent);
    if (!isLost && isSpent) void member.close();
  };

  return {
    statementTimeoutMs: options.statementTimeoutMs,
    async use(work, { borrower = { caller: ownWork }, aliveSince, signal, cancel = false, meter } = {}) {
      if (ended) throw unavailable(new Error('The pool has ended'));
      signal?.throwIfAborted();
      if (aliveSince !== undefined) report('run-again');
      const member = await lending.borrow(borrower, aliveSince ?? 0, signal);
      const canceller = new Canceller(member, cancel ? signal : undefined);
      const count = meter && new ByteCount(member.connection, meter, borrower, canceller);
      try {
        signal?.throwIfAborted();
        const result = await work(member.client, member.session);
        await canceller.settle();
        count?.check();
        member.aliveAt = performance.now();
        return result;
      } catch (error) {
        await canceller.settle();
        meter?.drop();
        if (isConnectionLost(error)) members.lose(member, error);
        throw canceller.reason ?? error;
      } finally {
        count?.end();
        giveBack(member);
      }
    },
    stats: () => poolStatsOf({ members, lending, opener, reporter }),
    tokens,
    async end() {
      ended = true;
      stopRotation();
      opener.end();
      tokens.end();
      lending.end();
      for (const member of members.usable) if (member.idle) void member.close();
      await members.emptied();
    },
  };
}

/** Wraps the callback for sessions behind a pooler so that it is only called if the session differs from the last. */
function tellOnce(tell: PoolOptions['onPooled'] = () => {}) {
  let last: Session | undefined;
  return (session: Session) => {
    if (session.pooler && !isDeepStrictEqual(session, last)) tell(session);
    last = session;
  };
}

const tokensOf = (password: PoolOptions['password'], report: Report): TokenSource =>
  typeof password === 'object' && 'get' in password
    ? password
    : openTokenSource(password, (event) => report(event.type, event.type === 'token-failed' ? event.error : undefined));
