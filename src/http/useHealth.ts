import type { Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';
import type { ServedApi } from '../api/current.ts';
import type { Probe } from '../db/pool/probe.ts';
import { nextSlice } from '../db/pool/slices.ts';
import { asError } from '../errors.ts';

export interface HealthOptions extends Pick<ServedApi, 'serves'> {
  /** Asks whether the database answers. */
  readonly probe: Probe;
  readonly log: Logger;
}

/**
 * Answers health probes: the server is live once it listens, and ready while `serves()` and the database answers. If the
 * database does not, the reason is only logged. Probes need no token, so each turn of the event loop answers only one.
 */
export function useHealth({ serves, probe, log }: HealthOptions): Plugin {
  let ready = true;

  /** Tells whether the server is ready. Probes arrive every few seconds, so only changes are logged. */
  async function examine(): Promise<boolean> {
    if (!serves()) return false;
    const fault = await probe().then(() => null, asError);
    if (!serves()) return false; // it has been stopped meanwhile
    if (fault && ready) log.warn({ err: fault }, 'Not ready');
    if (!fault && !ready) log.info('Ready again');
    ready = !fault;
    return ready;
  }

  return {
    onRequest({ url, fetchAPI, endResponse }) {
      if (!url.pathname.startsWith('/health/')) return;
      const respond = async (status: number, state: string) => {
        await nextSlice({ caller: 'probes' });
        endResponse(fetchAPI.Response.json({ status: state }, { status, headers: { 'cache-control': 'no-store' } }));
      };
      if (url.pathname === '/health/live') return respond(200, 'live');
      if (url.pathname === '/health/ready')
        return examine().then((isReady) => (isReady ? respond(200, 'ready') : respond(503, 'not ready')));
    },
  };
}
