import { fileURLToPath } from 'node:url';
import { build } from 'vite';

/** Builds the dashboard into a folder. */
export async function buildDashboard(folder: URL): Promise<void> {
  await build({
    root: fileURLToPath(new URL('../examples/dashboard', import.meta.url)),
    build: { outDir: fileURLToPath(folder), emptyOutDir: true },
    logLevel: 'warn',
  });
}
