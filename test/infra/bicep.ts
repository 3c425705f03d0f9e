import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node';
import { bicepEnvironment, findBicep, howToGetBicep } from '../../scripts/bicep.ts';
import type { Resource } from './resources.ts';

export type Parameters = Readonly<Record<string, unknown>>;

export interface Compiler {
  /**
   * Resolves with all resources that a deployment of main.bicep would create; rejects with the template's own error
   * messages.
   */
  readonly predict: (parameters: Parameters) => Promise<readonly Resource[]>;
  readonly close: () => Promise<void>;
}

export const here = '11111111-1111-1111-1111-111111111111';
export const elsewhere = '22222222-2222-2222-2222-222222222222';
export const tenantId = '33333333-3333-3333-3333-333333333333';
const main = fileURLToPath(new URL('../../infra/bicep/main.bicep', import.meta.url));

const program = await findBicep();

/** True if there is a compiler; without one, the tests that need it are skipped. */
export const hasBicep = program !== null;
if (!hasBicep) process.stderr.write(`Tests that need Bicep are skipped; to run them: ${howToGetBicep}\n`);

export async function startCompiler(): Promise<Compiler> {
  const folder = await mkdtemp(join(tmpdir(), 'bicep-'));
  const child = spawn(program ?? '', ['jsonrpc', '--stdio'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: bicepEnvironment,
  });
  const connection = createMessageConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  connection.listen();
  let files = 0;
  return {
    predict: async (parameters) => {
      const path = join(folder, `${files++}.bicepparam`);
      await writeFile(path, parameterFile(relative(folder, main), parameters));
      const metadata = { tenantId, subscriptionId: here, location: 'westeurope', deploymentName: 'events' };
      const { snapshot } = await connection.sendRequest<{ snapshot: string }>('bicep/getSnapshot', { path, metadata });
      return JSON.parse(snapshot).predictedResources;
    },
    close: async () => {
      connection.dispose();
      await end(child);
      await rm(folder, { recursive: true });
    },
  };
}

/** Resolves with the parameters that main.bicepparam reads from an environment's variables. */
export async function readParameters(variables: NodeJS.Dict<string>): Promise<Parameters> {
  const args = ['build-params', `${main}param`, '--stdout'];
  const env = { ...bicepEnvironment, ...variables };
  const { stdout } = await promisify(execFile)(program ?? '', args, { env, maxBuffer: 2 ** 26 });
  const { parameters } = JSON.parse(JSON.parse(stdout).parametersJson);
  const values = Object.entries<{ value: unknown }>(parameters).map(([name, { value }]) => [name, value]);
  return Object.fromEntries(values);
}

async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill();
  await ended;
}

/** Writes a parameter file, with the values as JSON in a Bicep string. */
function parameterFile(template: string, parameters: Parameters): string {
  const lines = Object.entries(parameters).map(
    ([name, value]) => `param ${name} = json('${JSON.stringify(value).replace(/[\\'$]/g, '\\$&')}')`,
  );
  return `using '${template}'\n${lines.join('\n')}\n`;
}
