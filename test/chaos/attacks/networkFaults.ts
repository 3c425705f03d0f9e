import { setTimeout as wait } from 'node:timers/promises';
import type { Attack } from '../attack.ts';
import { writeMarks } from '../marks.ts';
import { type Network, startNetwork } from '../network.ts';

const shortMs = 700;
const stalledMs = 3000;

let network: Network;

/** Faults, one after the other. */
const faults: readonly (() => Promise<void> | void)[] = [
  () => network.cut('reset'),
  () => network.cut('half-close'),
  async () => {
    network.refuses = true;
    network.cut('reset');
    await wait(shortMs);
    network.refuses = false;
  },
  async () => {
    network.stall(true);
    await wait(stalledMs);
    network.stall(false);
  },
];

/** The network to PostgreSQL fails during writes. */
export const networkFaults: Attack = {
  name: 'faults of the network',
  excuses: 'soon',
  async prepare({ connection }) {
    network = await startNetwork(connection.port);
    return { variables: { PGPORT: String(network.port) }, end: network.end };
  },
  async run(target, signal) {
    const writing = writeMarks(target, signal);
    for (let n = 0; !signal.aborted; n++) {
      await faults[n % faults.length]?.();
      await wait(shortMs);
    }
    return writing;
  },
};
