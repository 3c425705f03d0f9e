import type { LoginStep } from '../../db/pool/loginError.ts';

/** A step of the examination. Steps of a login are named as in the server's log. */
export type Step = 'configuration' | LoginStep | 'session' | 'role' | 'schema' | 'version' | 'clock' | 'connections';

/** The outcome of one step. */
export interface Finding {
  readonly step: Step;
  /** Outcome of the step; `skipped` if a step that it depends on failed. */
  readonly status: 'ok' | 'warning' | 'failed' | 'skipped';
  readonly message: string;
  /** Remedy for a warning or a failure. */
  readonly remedy?: string;
  /** Further lines, such as one per table. */
  readonly details?: readonly string[];
}

export type Outcome = Omit<Finding, 'step'>;

export const ok = (message: string, details: readonly string[] = []): Outcome => ({ status: 'ok', message, details });
export const warning = (message: string, remedy: string): Outcome => ({ status: 'warning', message, remedy });
export const failed = (message: string, remedy?: string): Outcome => ({
  status: 'failed',
  message,
  ...(remedy !== undefined && { remedy }),
});

/** Examines one thing. `runChecks` does not handle its errors. */
export type Check = () => Promise<Outcome>;

/** The steps in order, each with the steps that it depends on. */
const needs: Readonly<Record<Step, readonly Step[]>> = {
  configuration: [],
  name: ['configuration'],
  connect: ['name'],
  tls: ['connect'],
  token: ['configuration'],
  login: ['tls', 'token'],
  session: ['login'],
  role: ['session'],
  schema: ['session'],
  version: ['session'],
  clock: ['session'],
  connections: ['session'],
};

const steps = Object.keys(needs) as Step[];

/** Runs the checks in order. A step without a check, or whose dependencies failed, is skipped. */
export async function runChecks(checks: Readonly<Partial<Record<Step, Check>>>): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const isMet = (step: Step) => findings.some((f) => f.step === step && /ok|warning/.test(f.status));
  for (const step of steps) {
    const check = checks[step];
    const unmet = needs[step].find((need) => !isMet(need)) ?? 'configuration';
    const outcome: Outcome = check && needs[step].every(isMet) ? await check() : skipped(unmet);
    findings.push({ step, ...outcome });
  }
  return findings;
}

const skipped = (need: Step): Outcome => ({ status: 'skipped', message: `needs ${need}` });
