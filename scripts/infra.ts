import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { bicepEnvironment, findBicep, howToGetBicep } from './bicep.ts';

/** Compiles and lints each Bicep file. Anything that the compiler says is a failure, even a warning. */
const root = fileURLToPath(new URL('..', import.meta.url));
const folders = ['infra/bicep', 'examples/azure-function/infra'];
const compiler = await findBicep();

if (compiler === null) {
  console.warn(`Skipped: there is no Bicep compiler; ${howToGetBicep}`);
} else {
  const diagnostics = [
    ...folders.flatMap((folder) => diagnosticsOf(compiler, ['lint', '--pattern', `${root}${folder}/**/*.bicep*`])),
    // The parameter file alone, and with the values of each environment.
    ...[{}, ...environments()].flatMap((environment) =>
      diagnosticsOf(compiler, ['build-params', `${root}infra/bicep/main.bicepparam`, '--stdout'], environment),
    ),
  ];
  // Modules are compiled with the templates that use them.
  for (const diagnostic of new Set(diagnostics)) console.error(diagnostic);
  if (diagnostics.length > 0) process.exitCode = 1;
  else console.log(`Bicep compiles, and its linter is content (${compiler})`);
}

function environments(): NodeJS.Dict<string>[] {
  const folder = `${root}infra/environments/`;
  return readdirSync(folder).map((name) => parseEnv(readFileSync(folder + name, 'utf8')));
}

function diagnosticsOf(bicep: string, args: string[], environment: NodeJS.Dict<string> = {}): string[] {
  const env = { ...bicepEnvironment, ...environment };
  const { status, stderr, error } = spawnSync(bicep, args, { encoding: 'utf8', env });
  if (error) throw error;
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  return status === 0 || lines.length > 0 ? lines : [`bicep ${args.join(' ')} exits with ${status}`];
}
