import { Agent, type ClientRequest, get } from 'node:http';
import { type Attack, repeat } from '../attack.ts';

/** Streams, each with its own filter. */
const subscriptionOf = (n: number) =>
  encodeURIComponent(`subscription { marksAdded(where: { n: { ne: ${-n} } }) { cursor edges { node { n } } } }`);

/** Number of streams that two callers may have together; beyond that, each stream has its own caller. */
const ofTwo = 4000;

/** Opens more streams than the limit, which leaves some connections to others. */
export const streams: Attack = {
  name: 'streams',
  async run({ container, headersOf }, signal) {
    const opened: ClientRequest[] = [];
    const { port } = container();
    const open = async (n: number) => {
      const headers = await headersOf(n < ofTwo ? `attacker ${n % 2}` : `attacker ${n}`);
      return new Promise<boolean>((resolve) => {
        const options = {
          ...{ host: '127.0.0.1', port, path: `/graphql?query=${subscriptionOf(n)}`, agent: new Agent() },
          headers: { ...headers, accept: 'text/event-stream' },
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
    };
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
