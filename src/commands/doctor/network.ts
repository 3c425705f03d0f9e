import { isIP } from 'node:net';
import { connectTo } from '../../db/pool/socket.ts';
import { type Outcome, ok, warning } from './finding.ts';

/** Resolves a name to all its addresses, like `dns.promises.lookup` with `all`. */
export type Lookup = (host: string) => Promise<readonly { readonly address: string }[]>;

interface Target {
  readonly host: string;
  readonly port: number;
}

/** Resolves the host's name, and warns if a server in Azure has a public address. */
export async function checkName({ host }: Target, lookup: Lookup): Promise<Outcome> {
  if (host.startsWith('/')) return ok(`${host} is a folder on this machine`);
  if (isIP(host)) return ok(`${host} is an address`);
  const addresses = (await lookup(host)).map(({ address }) => address);
  const found = `${host} is ${addresses.join(', ')}`;
  if (!isAzure(host) || addresses.every(isPrivate)) return ok(found);
  return warning(
    `${found}: a public address`,
    "If the server should be private, link its private DNS zone (privatelink.postgres.database.azure.com for a private endpoint, the server's own zone for VNet integration) to this network",
  );
}

/** Tells whether a name belongs to Flexible Server in Azure's public, US Government or China cloud. */
export const isAzure = (host: string): boolean =>
  /\.postgres\.database\.(azure\.com|usgovcloudapi\.net|chinacloudapi\.cn)$/i.test(host);

/**
 * Tells whether an address is private: RFC 1918, RFC 6598, loopback, and their counterparts in IPv6 (RFC 4193, RFC
 * 4291).
 */
const isPrivate = (address: string): boolean =>
  /^(10\.|127\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|::1$|f[cd]|fe80:)/i.test(
    address,
  );

/** Opens a TCP connection and closes it. */
export async function checkConnect({ host, port }: Target, timeoutMs: number): Promise<Outcome> {
  const started = performance.now();
  const socket = await connectTo(host, port, timeoutMs);
  socket.destroy();
  return ok(`${host}:${port} answers after ${Math.ceil(performance.now() - started)} ms`);
}
