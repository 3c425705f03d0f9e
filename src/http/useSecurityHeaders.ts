import type { Plugin } from 'graphql-yoga';

/** For every answer that does not say otherwise itself, as GraphiQL's page does. */
export const securityHeaders = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** What browsers must know of an API's answers: nothing in them is a page, a script or for anybody else to keep. */
export function useSecurityHeaders(): Plugin {
  return {
    onResponse({ response }) {
      for (const [name, value] of Object.entries(securityHeaders))
        if (!response.headers.has(name)) response.headers.set(name, value);
    },
  };
}
