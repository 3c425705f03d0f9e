/** Returns a number from 0 to below `sides`; the same seed gives the same sequence. */
export type Dice = (sides: number) => number;

/** Creates Lehmer's random number generator. */
export function createDice(seed: number): Dice {
  let state = (seed % 2_147_483_646) + 1;
  return (sides) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % sides;
  };
}

/** Picks this many different items, or all if there are fewer. */
export function some<T>(dice: Dice, items: readonly T[], count: number): readonly T[] {
  const left = [...items];
  return Array.from({ length: Math.min(count, left.length) }, () => left.splice(dice(left.length), 1)).flat();
}
