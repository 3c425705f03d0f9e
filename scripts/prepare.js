/**
 * After `npm ci`: builds the dashboard that `npm start` serves. Not where the tools for that were left out, as with
 * `npm ci --omit=dev`. JavaScript, since Node.js 20 may run it then.
 */
process.env['NODE_ENV'] = 'production';
const vite = await import('vite').catch(() => null);
await vite?.build({ root: 'examples/dashboard', logLevel: 'warn' });
