import type { Node } from 'web-tree-sitter';
import {
  type BicepFile,
  type BicepFiles,
  bodyOf,
  childrenOf,
  type Declaration,
  isObject,
  named,
  pathOf,
  propertiesOf,
} from './bicep.ts';
import { lineOf } from './parse.ts';
import { type ResourceTypes, typeOf } from './resources.ts';
import { objectsBehind } from './symbols.ts';

/** Each `x.y.z` whose `y` or `z` is nothing that `x` has, and objects that are not of the type that they are said to be. */
export function checkMembers(file: BicepFile, files: BicepFiles, types: ResourceTypes): string[] {
  const bodies = file.declarations.filter(({ kind }) => kind === 'module').flatMap(checkBody);
  const outputs = file.declarations.flatMap((declaration) => checkOutput(declaration, file, files));
  return [...bodies, ...outputs, ...checkChains(file.root, file, files, types)].map((text) => `${file.path}:${text}`);
}

function checkBody(module: Declaration): string[] {
  return propertiesOf(bodyOf(module) ?? module.node)
    .filter(({ name }) => !['scope', 'params', 'dependsOn'].includes(name))
    .map(({ name, key }) => `${lineOf(key)}: a module has no ${name}`);
}

/** An output that is an object has the properties of its type, no more and no less. */
function checkOutput(declaration: Declaration, file: BicepFile, files: BicepFiles): string[] {
  const type = propertiesOfType(declaration, file, files);
  const value = childrenOf(declaration.node).at(-1);
  if (declaration.kind !== 'output' || !type || !value || !isObject(value)) return [];
  const given = propertiesOf(value).map(({ name }) => name);
  const wrong = [...given.filter((name) => !type.includes(name)), ...type.filter((name) => !given.includes(name))];
  return wrong.map((name) => `${lineOf(declaration.node)}: ${declaration.name} and its type differ in ${name}`);
}

function checkChains(node: Node, file: BicepFile, files: BicepFiles, types: ResourceTypes): string[] {
  const inner = childrenOf(node).flatMap((child) => checkChains(child, file, files, types));
  const chain = node.type === 'member_expression' ? chainOf(node) : null;
  const last = chain?.steps.at(-1);
  const has = chain && membersBefore(chain, file, files, types);
  if (!chain || !last || !has || has.includes(last)) return inner;
  return [...inner, `${lineOf(node)}: ${node.text.slice(0, -last.length - 1)} has no ${last}`];
}

/** What a chain of members starts with, or an item of it, and the names that follow. */
interface Chain {
  readonly base: Node;
  readonly isItem: boolean;
  readonly steps: readonly string[];
}

function chainOf(node: Node): Chain | null {
  if (node.type === 'identifier') return { base: node, isItem: false, steps: [] };
  const [object, property] = childrenOf(node);
  if (node.type === 'subscript_expression' && object?.type === 'identifier')
    return { base: object, isItem: true, steps: [] };
  if (node.type !== 'member_expression' || !object || !property) return null;
  const chain = chainOf(object);
  return chain && { ...chain, steps: [...chain.steps, property.text] };
}

/** The names of which the last of a chain must be one; null when it cannot be told. */
function membersBefore({ base, isItem, steps }: Chain, file: BicepFile, files: BicepFiles, types: ResourceTypes) {
  const before = steps.slice(0, -1);
  const module = named(file, 'module', base.text);
  if (module) return membersOfModule(module, before, file, files);
  const resource = named(file, 'resource', base.text);
  if (resource) return membersOfResource(resource, before, types);
  if (before.length > 0) return null;
  const parameter = named(file, 'param', base.text);
  if (parameter) return propertiesOfType(parameter, file, files);
  return isItem ? keysOfItems(base, file, files) : membersOfLocal(base, file, files);
}

function membersOfModule(module: Declaration, before: readonly string[], file: BicepFile, files: BicepFiles) {
  const target = files.get(pathOf(file, module));
  if (before.length === 0) return ['outputs'];
  if (before.length === 1)
    return target?.declarations.filter(({ kind }) => kind === 'output').map(({ name }) => name) ?? null;
  const output = named(target, 'output', before[1] ?? '');
  return target && output ? propertiesOfType(output, target, files) : null;
}

/** Every resource has the first four by itself. */
function membersOfResource(resource: Declaration, before: readonly string[], types: ResourceTypes): string[] {
  const paths = (types[typeOf(resource)] ?? []).map((path) => path.replace(/[!^]$/, ''));
  const prefix = before.map((step) => `${step}.`).join('');
  const below = paths
    .filter((path) => path.startsWith(prefix))
    .map((path) => path.slice(prefix.length).split('.')[0] ?? '');
  return [...(before.length === 0 ? ['id', 'name', 'type', 'apiVersion'] : []), ...below];
}

/** The properties of the type with a name that a parameter or output has, of a list that of its items. */
function propertiesOfType(declaration: Declaration, file: BicepFile, files: BicepFiles): string[] | null {
  const [, annotation] = childrenOf(declaration.node);
  const name = annotation?.type === 'type' ? annotation.text.replace('[]', '') : '';
  const imported = named(file, 'import', name);
  const type = imported ? named(files.get(pathOf(file, imported)), 'type', name) : named(file, 'type', name);
  const object = type && childrenOf(type.node).find(isObject);
  return object ? propertiesOf(object).map((property) => property.name) : null;
}

/** What all objects in a variable that is a list, or an object of objects, have. */
function keysOfItems(base: Node, file: BicepFile, files: BicepFiles): string[] | null {
  const imported = named(file, 'import', base.text);
  const source = imported ? files.get(pathOf(file, imported)) : file;
  const value = childrenOf(named(source, 'var', base.text)?.node ?? base)[1];
  if (!source || !value) return null;
  const items = isObject(value)
    ? propertiesOf(value).map((property) => property.value)
    : objectsBehind(value, source, files);
  const [first = [], ...others] = items.map((item) => propertiesOf(item).map(({ name }) => name));
  return first.filter((name) => others.every((names) => names.includes(name)));
}

/** Loops go over lists, and lambdas here over the items of an object. */
function membersOfLocal(base: Node, file: BicepFile, files: BicepFiles): string[] | null {
  for (let node = base.parent; node; node = node.parent) {
    const [variable, list] = childrenOf(node);
    if (variable?.text !== base.text) continue;
    if (node.type === 'lambda_expression') return ['key', 'value'];
    if (node.type !== 'for_statement' || !list) continue;
    const parameter = named(file, 'param', list.text);
    return parameter ? propertiesOfType(parameter, file, files) : keysOfItems(list, file, files);
  }
  return null;
}
