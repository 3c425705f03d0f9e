import type { Node } from 'web-tree-sitter';
import {
  type BicepFile,
  type BicepFiles,
  bodyOf,
  childrenOf,
  type Declaration,
  isExisting,
  isObject,
  literalOf,
  propertiesOf,
} from './bicep.ts';
import { lineOf } from './parse.ts';
import { objectsBehind } from './symbols.ts';

/**
 * The resource types that may be used, each with the one version of its API, and the paths of the properties that may
 * be set. Arrays are no step of a path, `*` is any name, `!` follows one that Azure requires, and `^` one
 * that only Azure sets.
 */
export type ResourceTypes = Readonly<Record<string, readonly string[]>>;

/** What Bicep itself reads in the body of a resource. */
const ofBicep = new Set(['parent', 'scope', 'dependsOn']);

/** Types and versions of resources that are not listed, and properties that their types lack. */
export function checkResources(file: BicepFile, files: BicepFiles, types: ResourceTypes): string[] {
  return file.declarations
    .filter(({ kind }) => kind === 'resource')
    .flatMap((declaration) => checkResource(declaration, file, files, types));
}

function checkResource(declaration: Declaration, file: BicepFile, files: BicepFiles, types: ResourceTypes): string[] {
  const type = typeOf(declaration);
  const listed = types[type];
  const body = bodyOf(declaration);
  if (!listed) return [`${file.path}:${lineOf(declaration.node)}: ${type} is not a listed type and version`];
  if (!body) return [];
  const paths = pathsIn(body, file, files).filter(({ path }) => !ofBicep.has(path));
  if (isExisting(declaration)) {
    const others = paths.filter(({ path }) => path !== 'name');
    return others.map(({ path, node }) => `${file.path}:${lineOf(node)}: an existing resource has no ${path}`);
  }
  const known = new Set(listed.map((path) => path.replace(/!$/, '')));
  const set = new Set(paths.map(({ path }) => path));
  return [
    ...paths
      .filter(({ path }) => !known.has(path) && !known.has(path.replace(/[^.]+$/, '*')))
      .map(({ path, node }) => `${file.path}:${lineOf(node)}: ${type} has no ${path}`),
    ...listed
      .filter((path) => path.endsWith('!') && isDue(path.slice(0, -1), set))
      .map((path) => `${file.path}:${lineOf(declaration.node)}: ${type} requires ${path.slice(0, -1)}`),
  ];
}

/** A required property is due where the object around it is set. */
function isDue(path: string, set: ReadonlySet<string>): boolean {
  const around = path.split('.').slice(0, -1).join('.');
  return !set.has(path) && (around === '' || set.has(around));
}

export const typeOf = ({ node }: Declaration): string =>
  childrenOf(node)
    .map(literalOf)
    .find((text) => text?.includes('@')) ?? '';

/** The path of every property under an object, through the variables that hold parts of it. */
function pathsIn(object: Node, file: BicepFile, files: BicepFiles): { path: string; node: Node }[] {
  return propertiesOf(object).flatMap(({ name, key, value }) => {
    const step = name.replaceAll('.', ':');
    const inside = isObject(value) ? [value] : objectsBehind(value, file, files);
    const isOpaque = ['tags', 'value'].includes(name);
    const below = isOpaque ? [] : inside.flatMap((each) => pathsIn(each, file, files));
    return [{ path: step, node: key }, ...below.map(({ path, node }) => ({ path: `${step}.${path}`, node }))];
  });
}
