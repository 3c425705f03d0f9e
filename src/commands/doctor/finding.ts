import type { LoginStep } from '../../db/pool/loginError.ts';

/** What is looked at, a login's own steps by the names that the server's log gives them. */
export type Step = 'configuration' | LoginStep | 'session' | 'role' | 'schema' | 'version' | 'clock' | 'connections';

/** What one step found out. */
export interface Finding {
  readonly step: Step;
  /** `skipped`: a step that it depends on failed, so that nothing can be said. */
  readonly status: 'ok' | 'warning' | 'failed' | 'skipped';
  readonly message: string;
  /** What to do about a warning or a failure. */
  readonly remedy?: string;
  /** Further lines, such as one for each table. */
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

/** Looks at one thing; what it throws is for the step's name to explain. */
export type Check = () => Promise<Outcome>;

/** The steps in their order, each with those without which it can say nothing. */
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

/** Runs the checks one after the other; one that is not there, or whose needs are not met, is skipped. */
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
