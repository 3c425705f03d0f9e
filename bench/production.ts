import { audience, createIssuer, tenantId } from '../test/support/issuer.ts';
import type { Program } from './programs.ts';

/** Callers with tokens, and the variables with which servers accept and log them. */
export interface Production {
  readonly variablesOf: (program: Program) => Readonly<Record<string, string>>;
  /** Returns a token of each caller; none for a server that needs none. */
  readonly tokensOf: (program: Program) => readonly string[];
  readonly stop: () => Promise<void>;
}

/**
 * Number of callers among whom the clients are divided. One alone may not hold all connections of our server.
 */
const callers = 8;

/** Starts a token issuer. */
export async function openProduction(): Promise<Production> {
  const { authority, config, sign, end } = await createIssuer();
  const roles = ['Events.Read', 'Events.Write'];
  const tokens = await Promise.all(Array.from({ length: callers }, (_, n) => sign({ oid: `caller ${n}`, roles })));
  const logging = { LOG_LEVEL: 'info' };
  const entra = { AUTH: 'entra', AUTH_TENANT_ID: tenantId, AUTH_AUDIENCE: audience, AUTH_AUTHORITY: authority };
  const others = {
    TOKEN_KEYS: config.keysUrl,
    TOKEN_ISSUER: `${authority}/${tenantId}/v2.0`,
    TOKEN_AUDIENCE: audience,
  };
  return {
    variablesOf: ({ dialect, isOpen, isQuiet }) =>
      dialect === 'ours' ? { ...(!isQuiet && logging), ...(!isOpen && entra) } : others,
    tokensOf: ({ isOpen }) => (isOpen ? [] : tokens),
    stop: end,
  };
}
