import { type FSWatcher, watch } from 'node:fs';
import type { Logger } from 'pino';
import { type Manifests, readManifests } from './manifest.ts';
import { type DocumentStore, indexManifests, sha256 } from './store.ts';

/** Looks for other documents in manifests, until it is stopped. */
export interface Following {
  /** Reads the manifests, now. */
  readonly check: () => Promise<void>;
  readonly stop: () => void;
}

export interface ManifestOptions {
  readonly paths: readonly string[];
  /** What was read at the start. */
  readonly first: Manifests;
  readonly pollMs: number;
  readonly onChange: (store: DocumentStore) => void;
  readonly log: Logger;
}

/** Whoever writes files writes several. */
const settleMs = 200;

/**
 * Reads manifests again when something happens in their folders, and every `pollMs`: shares of a network, such as Azure
 * Files, tell of nothing. Kubernetes changes none of the files but the link through which all of them lead, within the
 * folder. Where something is wrong the documents stay as they were.
 */
export function followManifests({ paths, first, pollMs, onChange, log }: ManifestOptions): Following {
  let known = digestOf(first);
  let folders = first.folders;
  let watchers: readonly FSWatcher[] = [];
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();

  const stop = () => {
    clearInterval(poll);
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };

  /** A folder that was moved away, and one that took its place, have other watchers though their names are the same. */
  function watchAnew(): void {
    for (const watcher of watchers) watcher.close();
    watchers = folders.flatMap((folder) => watcherOf(folder, soon) ?? []);
  }

  function soon(): void {
    timer ??= setTimeout(() => void check(), settleMs).unref();
  }

  async function read(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    watchAnew();
    const manifests = await readManifests(paths);
    if (manifests.folders.join('\n') !== folders.join('\n')) soon();
    folders = manifests.folders;
    const digest = digestOf(manifests);
    if (digest === known) return;
    known = digest;
    const { store, problems } = indexManifests(manifests);
    if (problems.length === 0) onChange(store);
    else log.error({ problems }, 'Persisted documents cannot be read; serving those of before');
  }

  function check(): Promise<void> {
    running = running.then(read);
    return running;
  }

  const poll = setInterval(() => void check(), pollMs).unref();
  soon();
  return { check, stop };
}

const digestOf = ({ entries, problems }: Manifests) => sha256(JSON.stringify([entries, problems]));

/** Undefined where there is nothing to watch, or the system has no watcher left: the next look finds what is there. */
function watcherOf(folder: string, onEvent: () => void): FSWatcher | undefined {
  try {
    return watch(folder, { persistent: false }, onEvent).on('error', () => {});
  } catch {
    return undefined;
  }
}
