import type { Plugin } from 'graphql-yoga';
import { AppError } from '../errors.ts';
import type { CallerContext } from './useCaller.ts';

/** Enough for any document with its variables; what is longer are rows to be written. */
const readerBytes = 1_000_000;

/**
 * Refuses bodies that are longer, or longer than a megabyte where the caller may not write. A body whose length is
 * announced can be no longer than that: Node.js reads no further. So only those without an announcement are counted as
 * they come, which Yoga's own limit does for all.
 */
export function useBodyLimit(maxBytes: number): Plugin<object, Partial<CallerContext>> {
  const limitOf = ({ caller }: Partial<CallerContext>) =>
    !caller || caller.permissions.has('write') ? maxBytes : Math.min(maxBytes, readerBytes);
  const tooLarge = (limit: number) =>
    new AppError('PAYLOAD_TOO_LARGE', `The request's body is longer than ${limit} bytes`);

  async function read(body: ReadableStream<Uint8Array>, limit: number): Promise<Uint8Array<ArrayBuffer>> {
    const chunks: Uint8Array[] = [];
    const reader = body.getReader();
    let bytes = 0;
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      bytes += next.value.byteLength;
      // The rest is left alone: to cancel it would end the connection before the answer.
      if (bytes > limit) throw tooLarge(limit);
      chunks.push(next.value);
    }
    return Buffer.concat(chunks);
  }

  return {
    onRequestParse({ request, requestParser, setRequestParser, fetchAPI, serverContext }) {
      const limit = limitOf(serverContext);
      const announced = request.headers.get('content-length');
      if (announced !== null && !(Number(announced) <= limit)) throw tooLarge(limit);
      const { body } = request;
      if (announced !== null || !requestParser || !body) return;
      setRequestParser(async ({ url, method, headers }) =>
        requestParser(new fetchAPI.Request(url, { method, headers, body: await read(body, limit) })),
      );
    },
  };
}
