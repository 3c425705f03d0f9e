import type { PeerCertificate } from 'node:tls';
import { type DatabaseConfig, isLoopback } from '../../config/database.ts';
import { openTls } from '../../db/pool/socket.ts';
import { codeOf } from '../../errors.ts';
import { type Outcome, ok, warning } from './finding.ts';

const dayMs = 86_400_000;
const shortDays = 30;

/**
 * Verifies the server's certificate as a login does: its chain, name and dates. `now` is in milliseconds since 1970.
 */
export async function checkTls(
  { host, port, ssl }: Pick<DatabaseConfig, 'host' | 'port' | 'ssl'>,
  timeoutMs: number,
  now: number,
): Promise<Outcome> {
  if (ssl === false) {
    if (isLoopback(host)) return ok('off, for a server on this machine');
    return warning(
      'off: password and data are sent unencrypted',
      'Unset PGSSLMODE, or sslmode in DATABASE_URL, or set it to verify-full',
    );
  }
  const socket = await openTls(host, port, ssl.ca, timeoutMs);
  const certificate = socket.getPeerCertificate(true);
  const found = `${socket.getProtocol() ?? 'TLS'}, ${describe(certificate)}`;
  socket.destroy();
  const daysLeft = Math.floor((Date.parse(certificate.valid_to) - now) / dayMs);
  if (daysLeft >= shortDays) return ok(found);
  return warning(
    `${found}: ${daysLeft} ${daysLeft === 1 ? 'day' : 'days'} from now`,
    "Renew the server's certificate before it expires",
  );
}

function describe(certificate: PeerCertificate): string {
  const names = (certificate.subjectaltname ?? String(certificate.subject.CN)).replaceAll(/DNS:|IP Address:/g, '');
  const issuer = String(certificate.issuer.O ?? certificate.issuer.CN);
  return `certificate for ${names}, issued by ${issuer}, valid until ${new Date(certificate.valid_to).toISOString().slice(0, 10)}`;
}

/** Returns the remedy for a certificate that does not verify, by the codes of Node.js and OpenSSL. */
export function tlsRemedy(error: unknown, host: string): string {
  const code = codeOf(error) ?? '';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `Set PGHOST to the server's full name, not its address or an alias: the certificate is not for ${host}`;
  }
  if (code === 'CERT_HAS_EXPIRED') return "Renew the server's certificate";
  if (/SELF_SIGNED|ISSUER|LEAF/.test(code)) {
    return "Set PGSSLROOTCERT to a file with the certificate of the authority that signed the server's. Azure's authorities need no file, so there may be a proxy in between";
  }
  if (code === 'CERT_NOT_YET_VALID')
    return "Check this machine's clock, and from when the server's certificate is valid";
  if (code !== '') return "Check the server's certificate and TLS settings";
  return 'Turn on TLS on the server, or for a trusted network set PGSSLMODE=disable';
}
