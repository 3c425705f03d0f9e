import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Runs the compiler without ICU's language data, which small machines do not have. */
export const bicepEnvironment = { ...process.env, DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: '1' };

/** Finds Bicep's compiler: on the path, in the Azure CLI, or from NuGet; null if there is none. */
export async function findBicep(): Promise<string | null> {
  return (await fromPath()) ?? (await fromAzureCli()) ?? (await fromNuGet());
}

export const howToGetBicep = 'install bicep, the Azure CLI, or the .NET SDK with access to NuGet';

const succeeds = (command: string, ...args: string[]): Promise<boolean> =>
  run(command, args, { env: bicepEnvironment }).then(
    () => true,
    () => false,
  );

async function fromPath(): Promise<string | null> {
  return (await succeeds('bicep', '--version')) ? 'bicep' : null;
}

async function fromAzureCli(): Promise<string | null> {
  const path = join(process.env['AZURE_CONFIG_DIR'] ?? join(homedir(), '.azure'), 'bin/bicep');
  return existsSync(path) || ((await succeeds('az', 'bicep', 'install')) && existsSync(path)) ? path : null;
}

async function fromNuGet(): Promise<string | null> {
  const project = fileURLToPath(new URL('bicep.csproj', import.meta.url));
  const output = await mkdtemp(join(tmpdir(), 'bicep-'));
  try {
    if (!(await succeeds('dotnet', 'restore', project, `-p:BaseIntermediateOutputPath=${output}/`))) return null;
    return await restoredCompiler(join(output, 'project.assets.json'));
  } finally {
    await rm(output, { recursive: true });
  }
}

/** Finds the program in the project's only package, in NuGet's shared package folder. */
async function restoredCompiler(assetsFile: string): Promise<string> {
  const { restore, frameworks } = JSON.parse(await readFile(assetsFile, 'utf8')).project;
  const [framework] = Object.values<{ downloadDependencies: { name: string; version: string }[] }>(frameworks);
  const [{ name, version } = { name: '', version: '' }] = framework?.downloadDependencies ?? [];
  const [exactVersion = ''] = /[\d.]+/.exec(version) ?? [];
  return join(restore.packagesPath, name.toLowerCase(), exactVersion, 'tools/bicep');
}
