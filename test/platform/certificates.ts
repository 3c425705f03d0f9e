import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

export interface Certificate {
  /** The certificate in PEM, as is the key. */
  readonly certificate: string;
  readonly key: string;
}

/** Creates a self-signed certificate authority. Node.js can read certificates but not create them. */
export function createAuthority(name: string): Authority {
  const own = keys();
  const of = { issuer: name, key: own.privateKey };
  const certificate = build({ ...of, subject: name, publicKey: own.publicKey, host: null, from: yesterday() });
  return {
    certificate,
    key: pem(own.privateKey),
    issue(host, from = yesterday()) {
      const { publicKey, privateKey } = keys();
      return { certificate: build({ ...of, subject: host, publicKey, host, from }), key: pem(privateKey) };
    },
  };
}

interface Authority extends Certificate {
  /** Issues a certificate that is valid for 91 days, by default from yesterday; `from` is in milliseconds since 1970. */
  issue(host: string, from?: number): Certificate;
}

const dayMs = 86_400_000;
const yesterday = () => Date.now() - dayMs;

interface Content {
  readonly subject: string;
  readonly issuer: string;
  readonly publicKey: KeyObject;
  /** The issuer's private key. */
  readonly key: KeyObject;
  /** The host name that the certificate is for; null for an authority. */
  readonly host: string | null;
  /** Time from which it is valid. */
  readonly from: number;
}

const keys = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString();

/** Writes a certificate in DER (RFC 5280, section 4.1), as PEM. */
function build({ subject, issuer, publicKey, key, host, from }: Content): string {
  const algorithm = sequence(oid('1.2.840.10045.4.3.2')); // ecdsa-with-SHA256
  const body = sequence(
    tagged(0, integer(Buffer.of(2))),
    integer(Buffer.concat([Buffer.of(1), randomBytes(8)])),
    algorithm,
    nameOf(issuer),
    sequence(time(from), time(from + 91 * dayMs)),
    nameOf(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(3, sequence(host === null ? isAuthority : alternativeName(host))),
  );
  const signature = sign('sha256', body, createPrivateKey(pem(key)));
  const der = sequence(body, algorithm, bits(signature)).toString('base64');
  return `-----BEGIN CERTIFICATE-----\n${der.replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
}

/** Writes an item in DER (ITU-T X.690): tag, length, content. */
function item(tag: number, ...content: readonly Buffer[]): Buffer {
  const all = Buffer.concat(content);
  // Browsers accept only the shortest form of a length.
  const long = all.length < 256 ? Buffer.of(0x81, all.length) : Buffer.of(0x82, all.length >> 8, all.length & 255);
  const length = all.length < 128 ? Buffer.of(all.length) : long;
  return Buffer.concat([Buffer.of(tag), length, all]);
}

const sequence = (...parts: readonly Buffer[]) => item(0x30, ...parts);
const tagged = (tag: number, content: Buffer) => item(0xa0 | tag, content);
const integer = (value: Buffer) => item(0x02, value);
const bits = (value: Buffer) => item(0x03, Buffer.of(0), value);
const nameOf = (name: string) => sequence(item(0x31, sequence(oid('2.5.4.3'), item(0x0c, Buffer.from(name)))));
const time = (at: number) =>
  item(0x17, Buffer.from(`${new Date(at).toISOString().slice(2, 19).replace(/[-T:]/g, '')}Z`));
const isAuthority = sequence(
  oid('2.5.29.19'),
  item(0x01, Buffer.of(255)),
  item(0x04, sequence(item(0x01, Buffer.of(255)))),
);
const alternativeName = (host: string) =>
  sequence(oid('2.5.29.17'), item(0x04, sequence(item(0x82, Buffer.from(host)))));

function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const base128 = (n: number): number[] => (n < 128 ? [n] : [...base128(n >> 7).map((b) => b | 128), n & 127]);
  return item(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}
