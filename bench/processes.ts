import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';

const ticksPerSecond = 100;

/** Reads the seconds of CPU that a process and its ended children have used. Source: proc(5), /proc/pid/stat. */
export async function cpuSeconds(pid: number): Promise<number> {
  const fields = await statOf(pid);
  return [11, 12, 13, 14].reduce((sum, n) => sum + Number(fields[n]), 0) / ticksPerSecond;
}

/** Reads the same for a process and all its children, including running ones. */
export async function familyCpuSeconds(parent: number): Promise<number> {
  const children = await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8');
  const seconds = await Promise.all(
    [...children.matchAll(/\d+/g)].map(([pid]) => cpuSeconds(Number(pid)).catch(() => 0)), // it may have ended
  );
  return seconds.reduce((sum, each) => sum + each, await cpuSeconds(parent));
}

/** Reads the id of the process that started another. */
export const parentOf = async (pid: number): Promise<number> => Number((await statOf(pid))[1]);

/** Reads the largest resident set of a process so far, in megabytes. */
export const peakMegabytes = (pid: number): Promise<number> => megabytesOf(pid, 'VmHWM');

/** Reads the fields after the command's name, which may contain spaces. */
async function statOf(pid: number): Promise<readonly string[]> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** Reads a line in kilobytes from /proc/pid/status, as megabytes. Source: proc(5). */
async function megabytesOf(pid: number, line: 'VmHWM' | 'VmRSS'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`${line}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
}

/** Measures the resident set of an idle process, once several readings in a row agree within a percent. */
export async function idleMegabytes(pid: number): Promise<number> {
  const readings: number[] = [];
  for (let n = 0; n < 100; n++) {
    readings.push(await megabytesOf(pid, 'VmRSS'));
    const last = readings.slice(-10);
    if (last.length === 10 && Math.max(...last) < 1.01 * Math.min(...last)) break;
    await wait(200);
  }
  return readings.at(-1) ?? Number.NaN;
}

/**
 * Resolves when hardly any CPU is used any more. Servers continue with requests whose client has left, which would
 * disturb the next measurement. Gives up after some seconds if something else uses the CPU.
 */
export async function rest(used: () => Promise<number>): Promise<void> {
  let before = await used();
  for (let n = 0; n < 400; n++) {
    await wait(50);
    const now = await used();
    if (now - before < 1.5 / ticksPerSecond) return;
    before = now;
  }
}
