/** Factor for the number of runs; set FC_RUNS for longer tests. */
const factor = Number(process.env['FC_RUNS'] ?? 1);

/** Time limit of a test with properties, in milliseconds. */
export const patience = factor > 1 ? 120_000 * factor : 30_000;

/**
 * Returns the parameters of a property with this many runs, times FC_RUNS. A failure is reported before the time limit.
 */
export const runs = (usual: number) => ({
  numRuns: Math.ceil(usual * factor),
  interruptAfterTimeLimit: patience * 0.8,
  markInterruptAsFailure: true,
});
