import { readFileSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';

const peers = ['postgraphile', 'graphql', 'pg'];

/** Describes the machine and the versions of a run. */
export const machine = (postgres: string): string =>
  [
    new Date().toISOString().slice(0, 10),
    `${cpus().length} cores of ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GB, ${type()} ${release()}, shared by the clients, the servers and PostgreSQL`,
    `Node.js ${process.version.slice(1)}, PostgreSQL ${postgres}, ${peers.map((name) => `${name} ${versionOf(name)}`).join(', ')} (of the peers)`,
  ].join('; ');

function versionOf(name: string): string {
  const file = new URL(`./node_modules/${name}/package.json`, import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
