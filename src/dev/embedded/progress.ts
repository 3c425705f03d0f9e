import type { WriteStream } from 'node:tty';

const width = 30;

/** Creates a progress display: a growing bar on a terminal, elsewhere one line at the start. */
export function createProgress(title: string, out: NodeJS.WriteStream | WriteStream): (fraction: number) => void {
  let begun = false;
  return (fraction) => {
    if (out.isTTY) {
      const filled = Math.round(fraction * width);
      out.write(`\r${title} [${'='.repeat(filled)}${' '.repeat(width - filled)}] ${Math.round(fraction * 100)} %`);
      if (fraction >= 1) out.write('\n');
    } else if (!begun) out.write(`${title} ...\n`);
    begun = true;
  };
}
