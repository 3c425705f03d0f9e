import type { Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';
import { nextSlice } from '../db/pool/slices.ts';

/**
 * Answers health probes: live once the server listens, ready while `check` resolves. The reason for a rejection is only
 * logged. Probes need no token, so each turn of the event loop answers only one.
 */
export function useHealth(check: () => Promise<void>, log: Logger): Plugin {
  let ready = true;

  /** Tells whether the server is ready. Probes arrive every few seconds, so only changes are logged. */
  async function examine(): Promise<boolean> {
    try {
      await check();
      if (!ready) log.info('Ready again');
      ready = true;
    } catch (error) {
      if (ready) log.warn({ err: error }, 'Not ready');
      ready = false;
    }
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
