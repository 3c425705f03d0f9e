import { Worker } from 'node:worker_threads';
import type { Sample } from './askSteadily.ts';

/** Callers unrelated to the attack: their small query and the platform's probe, on a separate thread. */
export interface Others {
  /** Returns their results since the last call. */
  readonly samples: () => Promise<readonly Sample[]>;
  readonly end: () => Promise<unknown>;
}

export function startOthers(port: number, headers: Readonly<Record<string, string>>): Others {
  const worker = new Worker(new URL('./askSteadily.ts', import.meta.url), { workerData: { port, headers } });
  return {
    samples: () =>
      new Promise((resolve, reject) => {
        worker.once('error', reject);
        worker.once('message', resolve);
        worker.postMessage('samples');
      }),
    end: () => worker.terminate(),
  };
}
