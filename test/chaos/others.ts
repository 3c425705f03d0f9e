import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { takePrecedence } from '../support/precedence.ts';
import type { Sample, Task } from './askSteadily.ts';

/** Callers unrelated to the attack: their small query and the platform's probe, sent by a separate process. */
export interface Others {
  /** Returns their results since the last call. */
  readonly samples: () => Promise<readonly Sample[]>;
  readonly end: () => void;
}

export function startOthers(task: Task): Others {
  const child = fork(fileURLToPath(new URL('./askSteadily.ts', import.meta.url)), { execArgv: [], detached: true });
  if (child.pid) takePrecedence(child.pid);
  child.send(task);
  return {
    samples: () =>
      new Promise((resolve, reject) => {
        child.once('exit', () => reject(new Error('The process that measures latency ended')));
        child.once('message', (samples) => resolve(samples as readonly Sample[]));
        child.send('samples');
      }),
    end: () => void child.kill(),
  };
}
