import type { Plugin } from 'graphql-yoga';

/** Default headers of every answer. A handler may set its own, as GraphiQL's page does. */
export const securityHeaders = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

const defaults = Object.entries(securityHeaders);

/**
 * Adds headers that tell browsers to treat an answer as data only: never as a page or a script, and never to share it
 * with another origin.
 */
export function useSecurityHeaders(): Plugin {
  return {
    onResponse({ response }) {
      for (const [name, value] of defaults) if (!response.headers.has(name)) response.headers.set(name, value);
    },
  };
}
