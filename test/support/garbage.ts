import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Returns which of these objects still exist after garbage collection. */
export async function heldOf(things: Readonly<Record<string, WeakRef<object>>>): Promise<readonly string[]> {
  const held = () => Object.keys(things).filter((name) => things[name]?.deref());
  // A finished promise or a closed socket releases its objects only a few turns later.
  for (let round = 0; round < 20 && held().length > 0; round++) {
    await turn();
    collect();
  }
  return held();
}

/** Returns the memory that is used after garbage collection. */
export async function usedMemory(): Promise<NodeJS.MemoryUsage> {
  for (let round = 0; round < 3; round++) {
    await turn();
    collect();
  }
  return process.memoryUsage();
}
