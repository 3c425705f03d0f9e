import { setTimeout as wait } from 'node:timers/promises';
import { outcomeOf } from '../../support/outcome.ts';
import { type Attack, repeat } from '../attack.ts';
import { heapAfterCollection, inspectable } from '../inspector.ts';

/** Number of documents after which the heap is measured first, because the document cache fills for a while. */
const warm = 500;
/** Megabytes by which the heap may grow from then to the end. */
const growth = 40;

/** Writes a document that is never sent twice; no caller sends more than a few. */
const documentOf = (n: number) =>
  `{ a${n}: devices(first: ${1 + (n % 20)}) { nodes { serial b${n}: events(last: 3) { nodes { severity payload } } } } }`;

/**
 * Ordinary reads that are all different. The heap is measured only twice, because the garbage collection before it stops
 * the server, and more of them would determine the others' latency.
 */
export const steadyLoad: Attack = {
  name: 'steady load',
  prepare: async () => ({ args: inspectable }),
  async run({ ask, container }, signal) {
    let before = Promise.resolve(Number.NaN);
    const result = await repeat(signal, 4, async (n) => {
      if (n === warm) before = heapAfterCollection(container());
      const { isWhole } = await outcomeOf(ask(documentOf(n), { caller: `caller ${n % 1000}` }));
      await wait(20);
      return isWhole;
    });
    const [first, last] = [await before, await heapAfterCollection(container())];
    const heap = `from ${first.toFixed(0)} to ${last.toFixed(0)} MB`;
    process.stderr.write(`  heap after collections: ${heap}\n`);
    return { ...result, wrong: last > first + growth ? [`the heap grew ${heap}`] : [] };
  },
};
