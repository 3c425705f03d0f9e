import { AppError, codeOf } from '../errors.ts';

/** Formats an error for the person who started the program: without a stack trace, unless it is a defect. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (codeOf(error) === 'EADDRINUSE')
    return `Port ${portOf(error)} is in use: stop the program that listens there, or change PORT`;
  if ('syscall' in error && /^(listen|getaddrinfo)$/.test(String(error.syscall)))
    return `${error.message}: change HOST or PORT`;
  if (error instanceof AppError) {
    const { cause, message } = error;
    // An AppError is for clients, unless it explains another one.
    return cause instanceof Error && !(cause instanceof AppError) ? cause.message : message;
  }
  // An error from the operating system is not a defect.
  return 'errno' in error ? error.message : (error.stack ?? error.message);
}

const portOf = (error: Error) => ('port' in error ? String(error.port) : '');
