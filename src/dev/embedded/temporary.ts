import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TemporaryDirectory {
  readonly path: string;
  remove(): Promise<void>;
}

/**
 * Creates a folder for a server whose data is not kept. Any account may enter it, since the server may run under
 * another one.
 */
export async function makeTemporaryDirectory(): Promise<TemporaryDirectory> {
  const parent = await mkdtemp(join(tmpdir(), 'events-graphql-'));
  await chmod(parent, 0o711);
  return { path: join(parent, 'postgres'), remove: () => rm(parent, { recursive: true, force: true }) };
}
