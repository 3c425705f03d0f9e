import { createHash } from 'node:crypto';
import { extname } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** A compressed file for the browser. Every browser that can run our pages accepts gzip. */
export interface Asset {
  readonly type: string;
  readonly gzipped: Uint8Array<ArrayBuffer>;
  readonly etag: string;
}

const compress = promisify(gzip);

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
};

/** Compresses a file and derives its content type from its name; throws for an unknown file extension. */
export async function assetOf(name: string, text: string): Promise<Asset> {
  const type = types[extname(name)];
  if (!type) throw new Error(`${name}: files of this type are not served`);
  return {
    type,
    gzipped: new Uint8Array(await compress(text)),
    etag: `"${createHash('sha256').update(text).digest('base64url')}"`,
  };
}

/** Answers a request for a file, with a 404 if the file does not exist. */
export function respondWith(
  asset: Asset | undefined,
  request: Request,
  headers: Readonly<Record<string, string>>,
  ResponseClass: typeof Response,
): Response {
  if (!asset) return new ResponseClass(null, { status: 404 });
  const { type, gzipped, etag } = asset;
  if (request.headers.get('if-none-match') === etag)
    return new ResponseClass(null, { status: 304, headers: { ...headers, etag } });
  return new ResponseClass(gzipped, {
    headers: { ...headers, etag, 'content-type': type, 'content-encoding': 'gzip' },
  });
}
