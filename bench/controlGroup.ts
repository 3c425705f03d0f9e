import { mkdir, rmdir, writeFile } from 'node:fs/promises';

/** A control group of Linux, within whose bound its processes stay. */
export interface ControlGroup {
  /** The file into which the number of a process is written that is to be in it. */
  readonly processes: string;
  readonly add: (pid: number) => Promise<void>;
  /** Sets the bound anew. */
  readonly bound: (amount: number) => Promise<void>;
  /** Once no process is in it any more. */
  readonly remove: () => Promise<void>;
}

/** By what is bounded: where it is set in either version, and how. */
const bounds = {
  /** Bytes. */
  memory: [
    ['/sys/fs/cgroup/memory', 'memory.limit_in_bytes', String],
    ['/sys/fs/cgroup', 'memory.max', String],
  ],
  /** Cores. */
  cpu: [
    ['/sys/fs/cgroup/cpu', 'cpu.cfs_quota_us', (cores: number) => String(cores * 1e5)],
    ['/sys/fs/cgroup', 'cpu.max', (cores: number) => `${cores * 1e5} 100000`],
  ],
} as const;

/** Makes a group; null where this process may make none. */
export async function createControlGroup(
  name: string,
  what: keyof typeof bounds,
  amount: number,
): Promise<ControlGroup | null> {
  for (const [root, file, write] of bounds[what]) {
    const group = `${root}/${name}`;
    const bound = (amount: number) => writeFile(`${group}/${file}`, write(amount));
    try {
      await mkdir(group);
      await bound(amount);
      const processes = `${group}/cgroup.procs`;
      return { processes, bound, add: (pid) => writeFile(processes, String(pid)), remove: () => rmdir(group) };
    } catch {
      await rmdir(group).catch(() => {});
    }
  }
  return null;
}
