import { type FSWatcher, watch } from 'node:fs';
import type { Logger } from 'pino';
import { type Manifests, readManifests } from './manifest.ts';
import { type DocumentStore, indexManifests, sha256 } from './store.ts';

/** A watch on the manifests, which reads them when they change. */
export interface ManifestWatch {
  /** Reads the manifests now. */
  readonly check: () => Promise<void>;
  readonly stop: () => void;
}

export interface ManifestOptions {
  readonly paths: readonly string[];
  /** The manifests as read at the start. */
  readonly first: Manifests;
  readonly pollMs: number;
  readonly onChange: (store: DocumentStore) => void;
  readonly log: Logger;
}

/** Delay after an event, since tools write several files in a row. */
const settleMs = 200;

/**
 * Reads manifests again when something changes in their folders, and every `pollMs`, because network shares such as
 * Azure Files report no changes. Kubernetes replaces a symbolic link within the folder rather than the files. On an
 * error the documents stay as they were.
 */
export function followManifests({ paths, first, pollMs, onChange, log }: ManifestOptions): ManifestWatch {
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

  /** Replaces all watchers: a folder that was moved and replaced needs a new one although its name is the same. */
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
    else log.error({ problems }, 'Persisted documents cannot be read; still serving the previous ones');
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

/** Watches a folder; undefined if it does not exist or the system has no watchers left. Polling covers both. */
function watcherOf(folder: string, onEvent: () => void): FSWatcher | undefined {
  try {
    return watch(folder, { persistent: false }, onEvent).on('error', () => {});
  } catch {
    return undefined;
  }
}
