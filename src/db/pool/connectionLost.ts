import { DatabaseError } from 'pg';
import { AppError, codeOf } from '../../errors.ts';

const socketErrors =
  /^(E(CONN(REFUSED|RESET|ABORTED)|TIMEDOUT|PIPE|HOSTUNREACH|NETUNREACH|NOTFOUND|AI_AGAIN)|ERR_(STREAM|SSL)_\w+)$/;
/** pg's messages for a lost connection, for which it has no code. */
const lostConnection =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client (has encountered|was closed))/;
/**
 * SQLSTATEs of a connection exception, a shutdown, a crash, a start, a dropped database, and the limits that end a
 * session.
 */
const endedSession = /^(08|57P0[1-5]|25P0[34])/;

/** Tells whether the connection died during the statement, which the server may have run nevertheless. */
export function isConnectionLost(error: unknown): error is Error {
  if (error instanceof AppError || !(error instanceof Error)) return false;
  if (error instanceof DatabaseError) return endedSession.test(error.code ?? '');
  return socketErrors.test(codeOf(error) ?? '') || lostConnection.test(error.message);
}
