import type { Environment } from '../../config/variables.ts';
import { readArguments } from '../arguments.ts';
import { commandLines } from '../commandLines.ts';
import { examine } from './examine.ts';
import { asJson, findingLines } from './render.ts';

/** Runs `doctor [--json]` and prints its findings; resolves with 1 if a step failed, else with 0. */
export async function doctor(environment: Environment, args: readonly string[]): Promise<number> {
  const { values } = readArguments(commandLines.doctor, args);
  const findings = await examine(environment);
  process.stdout.write(values.json ? asJson(findings) : findingLines(findings));
  return findings.some(({ status }) => status === 'failed') ? 1 : 0;
}
