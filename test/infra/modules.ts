import type { Node } from 'web-tree-sitter';
import {
  type BicepFile,
  type BicepFiles,
  bodyOf,
  childrenOf,
  type Declaration,
  hasDefault,
  isConditional,
  named,
  pathOf,
  propertiesOf,
  propertyOf,
} from './bicep.ts';
import { lineOf } from './parse.ts';

/** Modules whose file is missing, parameters that do not fit, and what is read of something that may not be there. */
export function checkModules(file: BicepFile, files: BicepFiles): string[] {
  const modules = file.declarations.filter(({ kind }) => kind === 'module');
  return [...modules.flatMap((each) => checkParameters(each, file, files)), ...checkAccess(file.root, file)];
}

function checkParameters(declaration: Declaration, file: BicepFile, files: BicepFiles): string[] {
  const where = `${file.path}:${lineOf(declaration.node)}: module ${declaration.name}`;
  const target = files.get(pathOf(file, declaration));
  if (!target) return [`${where}: there is no ${pathOf(file, declaration)}`];
  const params = propertyOf(bodyOf(declaration), 'params');
  const given = params ? propertiesOf(params).map(({ name }) => name) : [];
  const required = target.declarations.filter((each) => each.kind === 'param' && !hasDefault(each));
  return [
    ...given.filter((name) => !named(target, 'param', name)).map((name) => `${where}: ${name} is no parameter`),
    ...required.filter(({ name }) => !given.includes(name)).map(({ name }) => `${where}: ${name} is missing`),
  ];
}

/** Looks at each `x.y`: where `x` is under a condition, it must say that it is there. */
function checkAccess(node: Node, file: BicepFile): string[] {
  const inner = childrenOf(node).flatMap((child) => checkAccess(child, file));
  if (node.type !== 'member_expression') return inner;
  const [object, property] = childrenOf(node);
  if (!object || !property) return inner;
  return [...inner, ...checkPresence(node, object, property, file)];
}

function checkPresence(node: Node, object: Node, property: Node, file: BicepFile): string[] {
  const declaration = named(file, 'module', object.text) ?? named(file, 'resource', object.text);
  if (object.type !== 'identifier' || !declaration || !isConditional(declaration)) return [];
  if (declaration.kind === 'resource' && ['id', 'name', 'type', 'apiVersion'].includes(property.text)) return [];
  if (node.children.some((child) => child?.type === '!' || child?.type === '.?')) return [];
  return [`${file.path}:${lineOf(node)}: ${object.text} may not be there: ${object.text}!.${property.text}`];
}
