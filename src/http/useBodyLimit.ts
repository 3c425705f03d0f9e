import type { Plugin } from 'graphql-yoga';
import { AppError } from '../errors.ts';

/**
 * Refuses bodies that are longer. A body whose length is announced can be no longer than that: Node.js reads no
 * further. So only those without an announcement are counted as they come, which Yoga's own limit does for all.
 */
export function useBodyLimit(maxBytes: number): Plugin {
  const tooLarge = () => new AppError('PAYLOAD_TOO_LARGE', `The request's body is longer than ${maxBytes} bytes`);

  async function read(body: ReadableStream<Uint8Array>): Promise<string> {
    const chunks: Uint8Array[] = [];
    const reader = body.getReader();
    let bytes = 0;
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      bytes += next.value.byteLength;
      // The rest is left alone: to cancel it would end the connection before the answer.
      if (bytes > maxBytes) throw tooLarge();
      chunks.push(next.value);
    }
    return Buffer.concat(chunks).toString();
  }

  return {
    onRequestParse({ request, requestParser, setRequestParser, fetchAPI }) {
      const announced = request.headers.get('content-length');
      if (announced !== null && !(Number(announced) <= maxBytes)) throw tooLarge();
      const { body } = request;
      if (announced !== null || !requestParser || !body) return;
      setRequestParser(async ({ url, method, headers }) =>
        requestParser(new fetchAPI.Request(url, { method, headers, body: await read(body) })),
      );
    },
  };
}
