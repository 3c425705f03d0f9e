import { Socket } from 'node:net';
import pg from 'pg';
import type { Token, TokenSource } from '../../auth/identity/tokenSource.ts';
import { requestCancel } from './cancel.ts';
import { explainLogin, isPasswordRefused, isStartupRefused } from './loginError.ts';
import { RowConnection } from './rowConnection.ts';
import { examineSession, type Session, type SessionOptions, startupOptions } from './session.ts';
import type { ServerAddress } from './socket.ts';

export interface ConnectionOptions extends SessionOptions, ServerAddress {
  readonly database: string;
  readonly user: string;
  /** Time limit of a login, not counting the token. */
  readonly connectTimeoutMs: number;
}

export interface PoolConnection {
  readonly client: pg.Client;
  readonly connection: RowConnection;
  readonly session: Session;
  /** The token with which it logged in. */
  readonly token: Token;
  /** Asks the server to cancel the running statement; resolves when it can no longer hit a later one. */
  cancel(): Promise<void>;
  /** Terminates the session and waits for the socket to close; cuts a connection that does not respond. */
  close(): Promise<void>;
  /** Resolves when the socket is closed, whoever closed it. */
  readonly closed: Promise<void>;
}

const maxAttempts = 2;

/**
 * Opens one connection. It gets the token before it opens the socket, so that no socket stays open while it waits. A
 * token that the server refuses is replaced once, since it may just have expired. Rejects with a LoginError.
 */
export async function openConnection(options: ConnectionOptions, tokens: TokenSource): Promise<PoolConnection> {
  try {
    for (let attempt = 1; ; attempt++) {
      const token = await tokens.get();
      try {
        return await login(options, token);
      } catch (error) {
        if (!(error instanceof Error) || !isPasswordRefused(error)) throw error;
        const refusal = tokens.refuse(token, error);
        if (attempt === maxAttempts || token.expiresAt === Infinity) throw refusal;
      }
    }
  } catch (error) {
    throw explainLogin(error, options);
  }
}

/** Logs in. PgBouncer accepts no settings at the start of a session, so they may have to follow. */
async function login(options: ConnectionOptions, token: Token): Promise<PoolConnection> {
  try {
    return await connect(options, token, startupOptions(options));
  } catch (error) {
    if (!isStartupRefused(error)) throw error;
    return await connect(options, token);
  }
}

async function connect(options: ConnectionOptions, token: Token, startup?: string): Promise<PoolConnection> {
  const { host, port, database, user, ssl, connectTimeoutMs, statementTimeoutMs } = options;
  const socket = new Socket();
  const settings = { stream: () => socket, ssl, keepAlive: true, keepAliveInitialDelayMillis: 10_000 };
  const connection = new RowConnection(settings);
  // pg's types lack the connection.
  const config: pg.ClientConfig & { readonly connection: pg.Connection } = {
    host,
    port,
    database,
    user,
    ssl,
    password: token.text,
    connection,
    connectionTimeoutMillis: connectTimeoutMs,
    application_name: 'events-graphql',
    ...(startup !== undefined && { options: startup }),
  };
  const client = new pg.Client(config);
  // Without a listener an error event would end the process; the connection's owner has its own listeners.
  client.on('error', () => {});
  let session: Session;
  try {
    await client.connect();
    endSilence(socket, client, statementTimeoutMs + silentMs);
    session = await examineSession(client, options);
  } catch (error) {
    socket.destroy();
    throw error;
  }
  const closed = new Promise<void>((resolve) => (socket.closed ? resolve() : socket.once('close', () => resolve())));
  return {
    client,
    connection,
    session,
    token,
    closed,
    cancel: () => requestCancel(options, client, cancelTimeoutMs),
    close: () => close(client, socket, closed),
  };
}

/** Time for which PostgreSQL may be silent after a statement's time limit, at which it ends the statement itself. */
const silentMs = 5000;

/**
 * Cuts a connection whose server is silent for `ms` while a statement waits for it. The socket's timeout is one timer for
 * all statements. The timers of pg's `query_timeout` would keep rows alive until a full garbage collection.
 */
function endSilence(socket: Socket, client: pg.Client, ms: number): void {
  socket.setTimeout(ms);
  socket.on('timeout', () => {
    if (isAwaited(client)) socket.destroy(new Error(`Connection terminated: no answer within ${ms} ms`));
  });
}

/** Tells whether a statement waits for its answer; pg keeps that without declaring it. */
const isAwaited = (client: pg.Client): boolean =>
  !(client as pg.Client & { readonly readyForQuery: boolean }).readyForQuery;

const cancelTimeoutMs = 1000;
const goodbyeMs = 1000;

async function close(client: pg.Client, socket: Socket, closed: Promise<void>): Promise<void> {
  const timer = setTimeout(() => socket.destroy(), goodbyeMs);
  client.end().catch(() => socket.destroy());
  await closed;
  clearTimeout(timer);
}
