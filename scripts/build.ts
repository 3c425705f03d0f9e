import { cp, rm } from 'node:fs/promises';
import { build } from 'rolldown';

/**
 * Makes `dist`, which needs no package installed: the server (`main.js`) and its pool for other programs (`pool.js`).
 * Bundled, the server starts in half the time: one file is read where there were a thousand.
 */
const dist = new URL('../dist/', import.meta.url);
const graphiql = new URL('../src/graphiql/', import.meta.url);

await rm(dist, { recursive: true, force: true });
await build({
  input: { main: 'src/main.ts', pool: 'src/pool.ts' },
  platform: 'node',
  // pg looks for it and goes on without; the embedded database is for development, which runs from the sources.
  external: ['pg-native', /\/embedded\/\w+\.ts$/],
  output: { dir: dist.pathname, format: 'esm', entryFileNames: '[name].js', chunkFileNames: '[name].js' },
});
// The page's own files go to the browser as they are; the chunk that serves them looks for them beside itself.
for (const file of ['page.js', 'readyTabs.js', 'lists.js']) await cp(new URL(file, graphiql), new URL(file, dist));
