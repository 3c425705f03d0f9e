import { createPages, type Kind, kinds, largest } from '../../../bench/largest.ts';
import { outcomeOf } from '../../support/outcome.ts';
import { type Attack, repeat } from '../attack.ts';

/** The largest allowed query of each kind, found once. */
const found = new Map<Kind, Promise<string>>();
let pages: Promise<unknown> | undefined;

/** Requests the largest allowed responses and ones that are too large, several at once by one caller. */
export const worstQueries = (atOnce: number): Attack => ({
  name: `worst queries, ${atOnce} at once`,
  async prepare({ own }) {
    pages ??= own(createPages);
    await pages;
    return {};
  },
  async run({ ask }, signal) {
    const queryOf = (kind: Kind) => {
      const known = found.get(kind) ?? largest(ask, kind).then(({ query }) => query);
      found.set(kind, known);
      return known;
    };
    return repeat(signal, atOnce, async (n) => {
      const kind = kinds[Math.floor(n / atOnce) % kinds.length] as Kind;
      return (await outcomeOf(ask(await queryOf(kind)))).isWhole;
    });
  },
});
