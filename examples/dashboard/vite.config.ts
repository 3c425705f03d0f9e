import { readFileSync } from 'node:fs';
import { defineConfig, type Plugin } from 'vite';

/** The server reads the manifest beside the page that it was built with. */
const manifest: Plugin = {
  name: 'persisted-documents',
  generateBundle() {
    const source = readFileSync(new URL('src/gql/persisted-documents.json', import.meta.url), 'utf8');
    this.emitFile({ type: 'asset', fileName: 'persisted-documents.json', source });
  },
};

export default defineConfig({
  plugins: [manifest],
  build: { modulePreload: false, assetsInlineLimit: 0, license: { fileName: 'THIRD-PARTY-NOTICES.md' } },
  // The page is `/dashboard`, its files are below: relative, so that a proxy may put a prefix in front of both.
  experimental: { renderBuiltUrl: (name) => `dashboard/${name}` },
  // `npm run dev` beside `npm start`: the page is rebuilt as it is edited, and asks the server that runs already.
  server: { port: 4001, proxy: { '/graphql': 'http://localhost:4000', '/sign-in': 'http://localhost:4000' } },
});
