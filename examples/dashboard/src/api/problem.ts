/** A problem between the page and its data, by what the page does about it. */
export interface Problem {
  readonly kind: 'away' | 'unfit' | 'conflict' | 'refused' | 'other';
  /** Message for the user. */
  readonly message: string;
}

interface GraphQLErrorLike {
  readonly message: string;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
}

const messages: Readonly<Record<string, string>> = {
  PERSISTED_DOCUMENT_NOT_FOUND: 'The server does not know this page: reload it, or serve its manifest.',
  PERSISTED_DOCUMENT_INVALID:
    'The database has another schema than this page was made for: it needs the tables of the sample.',
  TIMEOUT: 'That took too long. Choose a shorter range or a narrower filter.',
  RATE_LIMITED: 'Too many requests: the server asks for a pause.',
};

const away = new Set(['DATABASE_UNAVAILABLE', 'AUTHENTICATION_UNAVAILABLE']);

/** Returns the problem of an answer's first error. */
export function problemOf([error]: readonly GraphQLErrorLike[]): Problem {
  const code = String(error?.extensions?.['code'] ?? '');
  const message = messages[code] ?? error?.message ?? 'Something went wrong.';
  if (away.has(code)) return unreachable;
  if (code.startsWith('PERSISTED_DOCUMENT_')) return { kind: 'unfit', message };
  if (code === 'CONFLICT') return { kind: 'conflict', message };
  if (code === 'BAD_USER_INPUT') return { kind: 'refused', message };
  return { kind: 'other', message };
}

/** Returns the problem of an answer that is not GraphQL. */
export const problemOfStatus = (status: number): Problem =>
  status >= 500 ? unreachable : { kind: 'other', message: `The server answered with the status ${status}.` };

export const unreachable: Problem = { kind: 'away', message: 'The server is away.' };
