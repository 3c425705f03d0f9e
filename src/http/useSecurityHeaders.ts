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
 * Adds headers that make browsers treat an answer as data: they do not run or store it, show it within another page, or
 * name its address to another site.
 */
export function useSecurityHeaders(): Plugin {
  return {
    onResponse({ response }) {
      for (const [name, value] of defaults) if (!response.headers.has(name)) response.headers.set(name, value);
    },
  };
}
