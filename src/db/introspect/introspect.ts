import { createHash } from 'node:crypto';
import type { Catalog } from '../../catalog/catalog.ts';
import type { Db } from '../db.ts';
import { readCatalog } from './catalog.ts';
import { explainTimeouts } from './explainTimeouts.ts';
import { readFingerprint } from './fingerprint.ts';

export interface Introspection {
  readonly catalog: Catalog;
  /** Digest that is equal for equal catalogs. */
  readonly digest: string;
  /** The value of `readFingerprint` for this catalog. */
  readonly fingerprint: string;
  /** Duration of the reading. */
  readonly ms: number;
}

/** Maximum number of attempts while the catalog keeps changing. */
const tries = 10;

/**
 * Reads what the connected role may see of a schema. Privileges and definitions are always current, whatever the
 * transaction's snapshot, so it reads again until nothing has changed in between. `before` is a fingerprint that was
 * just read.
 */
export async function introspect(db: Db, schema: string, before?: string): Promise<Introspection> {
  const started = performance.now();
  let fingerprint = before ?? (await readFingerprint(db, schema));
  for (let left = tries; left > 0; left--) {
    const [read] = await Promise.allSettled([readCatalog(explainTimeouts(db, schema), schema)]);
    const now = await readFingerprint(db, schema);
    if (now === fingerprint) {
      if (read.status === 'rejected') throw read.reason;
      const catalog = read.value;
      return { catalog, digest: digestOf(catalog), fingerprint, ms: performance.now() - started };
    }
    fingerprint = now;
  }
  throw new Error(
    `The schema "${schema}" changed each of the ${tries} times that its catalog was read; try again when its migration has ended`,
  );
}

function digestOf({ tables, ...rest }: Catalog): string {
  const hash = createHash('sha256').update(JSON.stringify(rest));
  for (const table of tables) hash.update(JSON.stringify(table));
  return hash.digest('hex');
}
