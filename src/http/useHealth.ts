import type { Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';

/**
 * Answers health probes: live once the server listens, ready while `check` resolves. The reason for a rejection is only
 * logged.
 */
export function useHealth(check: () => Promise<void>, log: Logger): Plugin {
  let ready = true;
  return {
    async onRequest({ url, fetchAPI, endResponse }) {
      const respond = (status: number, state: string) =>
        endResponse(fetchAPI.Response.json({ status: state }, { status, headers: { 'cache-control': 'no-store' } }));
      if (url.pathname === '/health/live') respond(200, 'live');
      if (url.pathname !== '/health/ready') return;
      try {
        await check();
        if (!ready) log.info('Ready again');
        ready = true;
        respond(200, 'ready');
      } catch (error) {
        // Probes arrive every few seconds, so only changes are logged.
        if (ready) log.warn({ err: error }, 'Not ready');
        ready = false;
        respond(503, 'not ready');
      }
    },
  };
}
