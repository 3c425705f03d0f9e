import { readdir, readFile } from 'node:fs/promises';

const ticksPerSecond = 100;

/** The seconds of CPU that a process has used, and its children that have ended. Source: proc(5), /proc/pid/stat. */
export async function cpuSeconds(pid: number): Promise<number> {
  const fields = await statOf(pid);
  return [11, 12, 13, 14].reduce((sum, n) => sum + Number(fields[n]), 0) / ticksPerSecond;
}

/** The same of a process and all its children, those that live too. */
export async function familyCpuSeconds(parent: number): Promise<number> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const seconds = await Promise.all(
    pids.map(async (pid) => {
      const fields = await statOf(pid).catch(() => []); // it may have ended
      return pid === parent || Number(fields[1]) === parent ? await cpuSeconds(pid).catch(() => 0) : 0;
    }),
  );
  return seconds.reduce((sum, each) => sum + each, 0);
}

export const parentOf = async (pid: number): Promise<number> => Number((await statOf(pid))[1]);

/** The largest resident set that the process has had, in megabytes. */
export async function peakMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

/** The fields after the command's name, which may hold spaces. */
async function statOf(pid: number): Promise<readonly string[]> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}
