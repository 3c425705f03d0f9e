import { Agent, type ClientRequest, get } from 'node:http';
import { type Attack, repeat } from '../attack.ts';

const subscription = encodeURIComponent('subscription { marksAdded { cursor edges { node { n } } } }');

/** More streams than are let in, of two callers. Some of the connections are still for others. */
export const streams: Attack = {
  name: 'streams',
  async run({ container, headersOf }, signal) {
    const opened: ClientRequest[] = [];
    const headers = await Promise.all(['attacker', 'accomplice'].map(headersOf));
    const { port } = container();
    const open = (n: number) =>
      new Promise<boolean>((resolve) => {
        const options = {
          ...{ host: '127.0.0.1', port, path: `/graphql?query=${subscription}`, agent: new Agent() },
          headers: { ...headers[n % 2], accept: 'text/event-stream' },
        };
        const stream = get(options, (response) => {
          response.setEncoding('utf8').on('error', () => {});
          response.on('data', (text: string) => {
            if (text.includes('"cursor"')) resolve(true);
            if (text.includes('"errors"')) resolve(false);
          });
          response.on('close', () => resolve(false));
        });
        stream.on('error', () => resolve(false));
        opened.push(stream);
      });
    const enough = new AbortController();
    const result = await repeat(AbortSignal.any([signal, enough.signal]), 50, async (n) => {
      if (n > 5500) enough.abort();
      return open(n);
    });
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
    for (const stream of opened) stream.destroy();
    return result;
  },
};
