import { DatabaseError } from 'pg';
import { AppError, codeOf } from '../../errors.ts';

const socketErrors =
  /^(E(CONN(REFUSED|RESET|ABORTED)|TIMEDOUT|PIPE|HOSTUNREACH|NETUNREACH|NOTFOUND|AI_AGAIN)|ERR_(STREAM|SSL)_\w+)$/;
/** How pg words the loss of a connection, for which it has no code. */
const lostConnection =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client (has encountered|was closed))/;
/** Protocol violations, shutdown, crash, start, a dropped database, and the limits that end a session. */
const endedSession = /^(08|57P0[1-5]|25P0[34])/;

/** Whether the connection died under the statement; the server may have run it all the same. */
export function isConnectionLost(error: unknown): error is Error {
  if (error instanceof AppError || !(error instanceof Error)) return false;
  if (error instanceof DatabaseError) return endedSession.test(error.code ?? '');
  return socketErrors.test(codeOf(error) ?? '') || lostConnection.test(error.message);
}
