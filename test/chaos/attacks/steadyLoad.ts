import { setTimeout as wait } from 'node:timers/promises';
import { outcomeOf } from '../../support/outcome.ts';
import { type Attack, repeat } from '../attack.ts';
import { heapAfterCollection, inspectable } from '../inspector.ts';

const lookMs = 3000;
/** Megabytes by which the heap may grow after the first third; the document cache fills for a while. */
const growth = 40;

/** Writes a document that is never sent twice; no caller sends more than a few. */
const documentOf = (n: number) =>
  `{ a${n}: devices(first: ${1 + (n % 20)}) { nodes { serial b${n}: events(last: 3) { nodes { severity payload } } } } }`;

/** Ordinary reads that are all different, and the heap after garbage collections meanwhile. */
export const steadyLoad: Attack = {
  name: 'steady load',
  prepare: async () => ({ args: inspectable }),
  async run({ ask, container }, signal) {
    const load = repeat(signal, 4, async (n) => {
      const { isWhole } = await outcomeOf(ask(documentOf(n), { caller: `caller ${n % 1000}` }));
      await wait(20);
      return isWhole;
    });
    const heap: number[] = [];
    while (!signal.aborted) {
      await wait(lookMs);
      heap.push(await heapAfterCollection(container()));
    }
    const third = heap[Math.floor(heap.length / 3)] ?? Number.NaN;
    const last = heap.at(-1) ?? Number.NaN;
    const grown = last > third + growth;
    process.stderr.write(`  heap after collections: ${heap.map((each) => each.toFixed(0)).join(' ')} MB\n`);
    return { ...(await load), wrong: grown ? [`the heap grew from ${third.toFixed(0)} to ${last.toFixed(0)} MB`] : [] };
  },
};
