/** Factor for the number of runs; set FC_RUNS for longer tests. */
const factor = Number(process.env['FC_RUNS'] ?? 1);

/** Time limit of a test with properties, in milliseconds. */
export const patience = factor > 1 ? 120_000 * factor : 30_000;

/**
 * Returns the parameters of a property with this many runs, times FC_RUNS. A failure is reported before the time limit. In
 * a longer test it is reported at once, with the seed and path from which to find a smaller one, since that may take hours.
 */
export const runs = (usual: number) => ({
  numRuns: Math.ceil(usual * factor),
  interruptAfterTimeLimit: patience * 0.8,
  markInterruptAsFailure: true,
  endOnFailure: factor > 1,
});
