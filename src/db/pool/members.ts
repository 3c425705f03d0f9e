import type pg from 'pg';
import type { PoolConnection } from './connection.ts';
import { type Aging, dueTimes } from './rotation.ts';
import type { Session } from './session.ts';

/** A connection of the pool. */
export interface Member extends Aging {
  readonly client: pg.Client;
  readonly session: Session;
  /** When it was last seen to answer, on the clock of `performance.now()`. */
  aliveAt: number;
  idle: boolean;
  /** Another has taken its place; it goes when its work is done. */
  retiring: boolean;
  /** Resolves when its socket is closed. */
  readonly gone: Promise<void>;
  /** Cancels the statement that it runs. */
  cancel(): Promise<void>;
}

export interface Members {
  /** Those that may be lent. */
  usable(): readonly Member[];
  has(member: Member): boolean;
  hasSocket(member: Member): boolean;
  /** How many are being opened. */
  readonly logins: number;
  /** Every socket, those included that are being opened or closed. */
  readonly sockets: number;
  /** Opens one more, which is not yet idle. Rejects with a LoginError. */
  open(): Promise<Member>;
  /** Lets it go; resolves when its socket is closed. */
  close(member: Member): Promise<void>;
  /** It is of no more use: its connection broke. Says so once. */
  lose(member: Member, error: Error): void;
  /** Resolves when nothing is open or being opened. */
  emptied(): Promise<void>;
}

export interface MembersOptions {
  readonly connect: () => Promise<PoolConnection>;
  readonly maxLifetimeMs: number;
  readonly onLost: (error: Error) => void;
  /** A socket was closed, for whatever reason. */
  readonly onGone: () => void;
}

/** The connections that are open, each of them watched until its socket is closed. */
export function createMembers({ connect, maxLifetimeMs, onLost, onGone }: MembersOptions): Members {
  const members = new Map<Member, PoolConnection>();
  const logins = new Set<Promise<Member>>();
  const sockets = new Set<Promise<void>>();
  const close = async (member: Member) => {
    const connection = members.get(member);
    members.delete(member);
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
      session: connection.session,
      token: connection.token,
      ...dueTimes(connection.token, maxLifetimeMs),
      aliveAt: performance.now(),
      idle: false,
      retiring: false,
      gone: connection.closed,
      cancel: connection.cancel,
    };
    members.set(member, connection);
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
    usable: () => [...members.keys()].filter((member) => !member.retiring),
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
    close,
    lose,
    async emptied() {
      await Promise.allSettled(logins);
      await Promise.all(sockets);
    },
  };
}
