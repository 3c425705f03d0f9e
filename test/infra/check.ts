import type { Node } from 'web-tree-sitter';
import { type BicepFile, type BicepFiles, childrenOf, decoratorOf, readBicep } from './bicep.ts';
import { checkMembers } from './members.ts';
import { checkModules } from './modules.ts';
import { checkParameters } from './parameters.ts';
import { lineOf } from './parse.ts';
import { checkResources, type ResourceTypes } from './resources.ts';
import { checkSecrets } from './secrets.ts';
import { checkSymbols } from './symbols.ts';

/** Reads files by their paths, main.bicep among them; what does not parse is an error. */
export const readAll = (
  texts: Readonly<Record<string, string>>,
  parse: (path: string, text: string) => Node,
): BicepFiles => new Map(Object.entries(texts).map(([path, text]) => [path, readBicep(path, parse(path, text))]));

/** All that is wrong in files that belong together, each problem with its place. */
export function check(files: BicepFiles, types: ResourceTypes): string[] {
  const main = files.get('main.bicep');
  return [...files.values()].flatMap((file) => [
    ...checkSymbols(file, files),
    ...checkModules(file, files),
    ...checkMembers(file, files, types),
    ...checkResources(file, files, types),
    ...checkSecrets(file),
    ...checkDescriptions(file),
    ...(main && file.path.endsWith('.bicepparam') ? checkParameters(file, main) : []),
  ]);
}

function checkDescriptions(file: BicepFile): string[] {
  const described = ['param', 'output', 'type', 'func'];
  return file.declarations
    .filter(
      (each) =>
        described.includes(each.kind) && childrenOf(decoratorOf(each, 'description')?.[0] ?? each.node).length !== 1,
    )
    .map(({ name, node }) => `${file.path}:${lineOf(node)}: ${name} has no description`);
}
