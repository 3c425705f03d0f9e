import { mkdir, rmdir, writeFile } from 'node:fs/promises';

/** A Linux control group, which limits its processes. */
export interface ControlGroup {
  /** The file to which a process writes its id to join. */
  readonly processes: string;
  readonly add: (pid: number) => Promise<void>;
  /** Changes the limit. */
  readonly bound: (amount: number) => Promise<void>;
  /** Removes the group, which must have no process left. */
  readonly remove: () => Promise<void>;
}

/** The file and the format of each limit, in version 1 and in version 2 of control groups. */
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

/** Creates a group; null if this process may not. */
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
