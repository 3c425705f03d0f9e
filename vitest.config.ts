import { defineConfig } from 'vitest/config';

export default defineConfig({
  // The same copy of graphql for the tests as for the packages that Node.js loads itself; our own package unbuilt.
  resolve: {
    alias: [
      { find: /^graphql$/, replacement: 'graphql/index.js' },
      { find: 'events-graphql/pool', replacement: new URL('./src/db/pool/standalone.ts', import.meta.url).pathname },
    ],
  },
  test: {
    include: ['test/**/*.test.ts', 'examples/dashboard/test/**/*.test.ts'],
    globalSetup: ['test/support/server.ts', 'test/support/debian.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 15_000 } }, // what is waited for comes when a busy machine gets to it
  },
});
