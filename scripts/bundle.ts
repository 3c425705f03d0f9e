import { cp, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'rolldown';
import { type LicenseInfo, licensePlugin } from 'rolldown-license-plugin';
import { graphiqlFiles } from '../src/graphiql/assets.ts';
import { buildDashboard } from './dashboard.ts';

const root = new URL('../', import.meta.url);
const graphiql = new URL('src/graphiql/', root);

/** OpenTelemetry's exporter requires gRPC in a way that keeps bundlers from seeing it. */
const bundledGrpc: Plugin = {
  name: 'bundled-grpc',
  transform: {
    filter: { id: /otlp-grpc-exporter-base/ },
    handler: (code) => code.replaceAll('__require("@grpc/grpc-js")', 'require("@grpc/grpc-js")'),
  },
};

/** The licences of all packages that the bundle has code of, from their own files: most want to be passed on with it. */
const notices = licensePlugin({
  done: (packages, { emitFile }) => {
    emitFile({ type: 'asset', fileName: 'THIRD-PARTY-NOTICES', source: packages.map(noticeOf).join('\n') });
  },
  allow: ({ license }) => license !== '',
  failOnUnlicensed: true,
});

/** A few packages have the name of their licence alone. */
const noticeOf = ({ name, version, license, licenseText }: LicenseInfo) =>
  `${name} ${version} (${license})\n\n${licenseText.trim()}\n\n${'-'.repeat(80)}\n`;

/** What finds its own files beside itself keeps its place below `src`. */
const inPlace = ['dev/embedded/embedded', 'dev/embedded/extensions/device'];

/**
 * Writes into a folder what runs with no package installed: the server (`main.js`), its pool for other programs
 * (`pool.js`), the dashboard, and all of the embedded database but PostgreSQL. Bundled, the server starts in half the
 * time: a few files are read where there were a thousand.
 */
export async function bundle(folder: URL): Promise<void> {
  await build({
    cwd: fileURLToPath(root),
    input: {
      main: 'src/main.ts',
      pool: 'src/db/pool/standalone.ts',
      ...Object.fromEntries(inPlace.map((name) => [name, `src/${name}.ts`])),
    },
    platform: 'node',
    // pg looks for it and goes on without.
    external: ['pg-native'],
    plugins: [bundledGrpc, notices],
    output: { dir: fileURLToPath(folder), format: 'esm', entryFileNames: '[name].js', chunkFileNames: '[name].js' },
    logLevel: 'warn',
  });
  // The page's own files go to the browser as they are; the chunk that serves them looks for them beside itself.
  for (const file of graphiqlFiles) await cp(new URL(file, graphiql), new URL(file, folder));
  await cp(new URL('../signIn/page/', graphiql), new URL('sign-in/', folder), {
    recursive: true,
    filter: (file) => !file.endsWith('.json'),
  });
  const msal = new URL('node_modules/@azure/msal-browser/', root);
  await cp(new URL('lib/msal-browser.min.js', msal), new URL('sign-in/msal-browser.min.js', folder));
  await cp(new URL('LICENSE', msal), new URL('sign-in/msal-browser.LICENSE', folder));
  await cp(new URL('src/dev/embedded/sample/', root), new URL('dev/embedded/sample/', folder), { recursive: true });
  await buildDashboard(new URL('dashboard/', folder));
  await writeFile(new URL('package.json', folder), '{ "type": "module" }\n');
}
