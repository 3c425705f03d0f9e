import { cp, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'rolldown';
import { type LicenseInfo, licensePlugin } from 'rolldown-license-plugin';
import { graphiqlFiles } from '../src/graphiql/assets.ts';
import { buildDashboard } from './dashboard.ts';

const root = new URL('../', import.meta.url);
const graphiql = new URL('src/graphiql/', root);

/** Rewrites the `require` of gRPC in OpenTelemetry's exporter, which bundlers do not see, so that gRPC is bundled. */
const bundledGrpc: Plugin = {
  name: 'bundled-grpc',
  transform: {
    filter: { id: /otlp-grpc-exporter-base/ },
    handler: (code) => code.replaceAll('__require("@grpc/grpc-js")', 'require("@grpc/grpc-js")'),
  },
};

/**
 * Collects the licences of all packages with code in the bundle, from their own files; most require that they are
 * passed on.
 */
const notices = licensePlugin({
  done: (packages, { emitFile }) => {
    emitFile({ type: 'asset', fileName: 'THIRD-PARTY-NOTICES', source: packages.map(noticeOf).join('\n') });
  },
  allow: ({ license }) => license !== '',
  failOnUnlicensed: true,
});

/** Writes a package's notice; a few packages have only the name of their licence. */
const noticeOf = ({ name, version, license, licenseText }: LicenseInfo) =>
  `${name} ${version} (${license})\n\n${licenseText.trim()}\n\n${'-'.repeat(80)}\n`;

/** Modules that look for files next to themselves, which keep their place below `src`. */
const inPlace = ['dev/embedded/embedded', 'dev/embedded/extensions/device'];

/**
 * Writes into a folder all that runs without installed packages: the server (`main.js`), its pool for other programs
 * (`pool.js`), the dashboard, and the embedded database except PostgreSQL. Bundled, the server starts in half the time,
 * because it reads a few files instead of a thousand.
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
    // pg tries to load it, and works without it.
    external: ['pg-native'],
    plugins: [bundledGrpc, notices],
    output: { dir: fileURLToPath(folder), format: 'esm', entryFileNames: '[name].js', chunkFileNames: '[name].js' },
    logLevel: 'warn',
  });
  // The page's files go to the browser unchanged; the chunk that serves them looks for them next to itself.
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
