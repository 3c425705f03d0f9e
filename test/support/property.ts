/** How many times as many runs as usual: to look longer, set FC_RUNS. */
const factor = Number(process.env['FC_RUNS'] ?? 1);

/** How long a test with properties may take, in milliseconds. */
export const patience = factor > 1 ? 120_000 * factor : 30_000;

/** The parameters of a property that runs so often, unless told to run more; a failure is shown before patience ends. */
export const runs = (usual: number) => ({
  numRuns: Math.ceil(usual * factor),
  interruptAfterTimeLimit: patience * 0.8,
  markInterruptAsFailure: true,
});
