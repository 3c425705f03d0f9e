import type pg from 'pg';
import type { Stoppable } from './cancel.ts';
import type { PoolConnection } from './connection.ts';
import { type Aging, dueTimes } from './rotation.ts';
import type { RowConnection } from './rowConnection.ts';
import type { Session } from './session.ts';

/** A connection of the pool. */
export interface Member extends Aging, Stoppable {
  readonly client: pg.Client;
  readonly connection: RowConnection;
  readonly session: Session;
  /** Time at which it logged in or last completed work, by `performance.now()`. */
  aliveAt: number;
  idle: boolean;
  /** Ends the loan of the connection; undefined while it is not lent. */
  endLoan?: (() => void) | undefined;
  /** Resolves when its socket is closed. */
  readonly gone: Promise<void>;
}

export interface Members {
  /** The connections that may be lent, idle or not. */
  readonly usable: readonly Member[];
  has(member: Member): boolean;
  /** Tells whether a member's socket is open, even if the member was removed. */
  hasSocket(member: Member): boolean;
  /** Number of logins in progress. */
  readonly logins: number;
  /** Number of sockets, including those being opened or closed. */
  readonly sockets: number;
  /** Opens another connection, which is not idle yet. Rejects with a LoginError. */
  open(): Promise<Member>;
  /** Marks a connection as replaced: it is lent no more, and the pool closes it once it is idle. */
  retire(member: Member): void;
  /** Removes a broken connection, and reports it once. */
  lose(member: Member, error: Error): void;
  /** Resolves when nothing is open or being opened. */
  emptied(): Promise<void>;
}

export interface MembersOptions {
  readonly connect: () => Promise<PoolConnection>;
  readonly maxLifetimeMs: number;
  readonly onLost: (error: Error) => void;
  /** Called when a socket was closed, for any reason. */
  readonly onGone: () => void;
}

/** Creates the set of open connections, each watched until its socket is closed. */
export function createMembers({ connect, maxLifetimeMs, onLost, onGone }: MembersOptions): Members {
  const members = new Map<Member, PoolConnection>();
  const retired = new WeakSet<Member>();
  // Updated rather than computed, since each statement asks for it several times.
  let usable: readonly Member[] = [];
  const update = () => {
    usable = [...members.keys()].filter((member) => !retired.has(member));
  };
  const logins = new Set<Promise<Member>>();
  const sockets = new Set<Promise<void>>();
  const close = async (member: Member) => {
    const connection = members.get(member);
    members.delete(member);
    update();
    await (connection?.close() ?? member.gone);
  };
  const lose = (member: Member, error: Error) => {
    if (!members.has(member)) return;
    void close(member);
    onLost(error);
  };
  const open = async () => {
    const connection = await connect();
    const member: Member = {
      client: connection.client,
      connection: connection.connection,
      session: connection.session,
      token: connection.token,
      ...dueTimes(connection.token, maxLifetimeMs),
      aliveAt: performance.now(),
      idle: false,
      gone: connection.closed,
      cancel: connection.cancel,
      close: () => close(member),
    };
    members.set(member, connection);
    update();
    sockets.add(member.gone);
    member.gone.then(() => {
      sockets.delete(member.gone);
      lose(member, new Error('Connection terminated'));
      onGone();
    });
    member.client.on('error', (error) => lose(member, error));
    return member;
  };
  return {
    get usable() {
      return usable;
    },
    has: (member) => members.has(member),
    hasSocket: (member) => sockets.has(member.gone),
    get logins() {
      return logins.size;
    },
    get sockets() {
      return sockets.size + logins.size;
    },
    open() {
      const login = open().finally(() => logins.delete(login));
      logins.add(login);
      return login;
    },
    retire(member) {
      retired.add(member);
      update();
    },
    lose,
    async emptied() {
      await Promise.allSettled(logins);
      await Promise.all(sockets);
    },
  };
}
