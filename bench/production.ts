import { audience, createIssuer, tenantId } from '../test/support/issuer.ts';
import type { Program } from './programs.ts';

/** A caller with a token, and the variables with which servers accept and log it. */
export interface Production {
  readonly variablesOf: (program: Program) => Readonly<Record<string, string>>;
  readonly tokenOf: (program: Program) => string | undefined;
  readonly stop: () => Promise<void>;
}

/** Starts a token issuer. */
export async function openProduction(): Promise<Production> {
  const { authority, config, sign, end } = await createIssuer();
  const token = await sign({ roles: ['Events.Read', 'Events.Write'] });
  const ours = { LOG_LEVEL: 'info' };
  const entra = { AUTH: 'entra', AUTH_TENANT_ID: tenantId, AUTH_AUDIENCE: audience, AUTH_AUTHORITY: authority };
  const others = {
    TOKEN_KEYS: config.keysUrl,
    TOKEN_ISSUER: `${authority}/${tenantId}/v2.0`,
    TOKEN_AUDIENCE: audience,
  };
  return {
    variablesOf: ({ dialect, isOpen }) => (dialect !== 'ours' ? others : isOpen ? ours : { ...ours, ...entra }),
    tokenOf: ({ isOpen }) => (isOpen ? undefined : token),
    stop: end,
  };
}
