/**
 * Builds the dashboard that `npm start` serves. `npm ci` runs this, with Node.js 20 too, which is why it is JavaScript.
 * Without the development tools, as after `npm ci --omit=dev`, it does nothing.
 */
process.env['NODE_ENV'] = 'production';
const vite = await import('vite').catch(() => null);
await vite?.build({ root: 'examples/dashboard', logLevel: 'warn' });
