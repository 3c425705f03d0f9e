import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const pathOf = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Builds the dashboard into a folder, always for production. */
export async function buildDashboard(folder: URL): Promise<void> {
  const args = ['build', pathOf('../examples/dashboard'), '--outDir', fileURLToPath(folder), '--emptyOutDir'];
  await promisify(execFile)(process.execPath, [pathOf('../node_modules/vite/bin/vite.js'), ...args], {
    env: { ...process.env, NODE_ENV: 'production' },
  });
}
