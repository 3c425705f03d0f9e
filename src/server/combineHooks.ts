import type { Plugin } from 'graphql-yoga';

type Hooks = Pick<Plugin, 'onRequest' | 'onResponse'>;

/**
 * Combines the request hooks of plugins into one, which runs them in order, and their response hooks into another.
 * Yoga takes about a microsecond for each hook of each request, which is more than most of these hooks need. As in
 * Yoga's own options, plugins may have any types of context, since each finds what earlier ones have added. No hook may
 * replace the request or its handler, which later hooks would not see.
 */
export function combineHooks(plugins: readonly object[]): object[] {
  const own = plugins as readonly Hooks[];
  const requestHooks = own.flatMap(({ onRequest = [] }) => onRequest);
  const responseHooks = own.flatMap(({ onResponse = [] }) => onResponse);
  const combined: Hooks = {
    async onRequest(payload) {
      let isEnded = false;
      const endResponse = (response: Response) => {
        isEnded = true;
        payload.endResponse(response);
      };
      const given = { ...payload, endResponse };
      for (const hook of requestHooks) {
        const pending = hook(given);
        if (pending) await pending;
        if (isEnded) return;
      }
    },
    async onResponse(payload) {
      const given = {
        ...payload,
        setResponse(response: Response) {
          given.response = response;
          payload.setResponse(response);
        },
      };
      for (const hook of responseHooks) {
        const pending = hook(given);
        if (pending) await pending;
      }
    },
  };
  return [combined, ...own.map(({ onRequest, onResponse, ...others }) => others)];
}
