import { dirname, join } from 'node:path/posix';
import type { Node } from 'web-tree-sitter';

/** Something that a file declares. */
export interface Declaration {
  readonly kind: 'param' | 'var' | 'type' | 'func' | 'resource' | 'module' | 'output' | 'import';
  readonly name: string;
  readonly node: Node;
  readonly decorators: readonly Node[];
}

export interface BicepFile {
  /** Relative to the folder of all files. */
  readonly path: string;
  readonly root: Node;
  readonly declarations: readonly Declaration[];
}

/** All files by their paths. */
export type BicepFiles = ReadonlyMap<string, BicepFile>;

const kinds: Readonly<Record<string, Declaration['kind']>> = {
  parameter_declaration: 'param',
  variable_declaration: 'var',
  type_declaration: 'type',
  user_defined_function: 'func',
  resource_declaration: 'resource',
  module_declaration: 'module',
  output_declaration: 'output',
};

/** Lists what a parsed file declares, with the decorators above each. */
export function readBicep(path: string, root: Node): BicepFile {
  const declarations: Declaration[] = [];
  let decorators: readonly Node[] = [];
  for (const node of childrenOf(root)) {
    if (node.type === 'decorators') {
      decorators = childrenOf(node);
      continue;
    }
    const kind = kinds[node.type];
    if (kind) declarations.push({ kind, name: nameOf(node), node, decorators });
    if (node.type === 'import_functionality') {
      const names = childrenOf(node).filter(({ type }) => type === 'identifier');
      for (const { text } of names) declarations.push({ kind: 'import', name: text, node, decorators });
    }
    decorators = [];
  }
  return { path, root, declarations };
}

/** Comments are no part of the meaning. */
export const childrenOf = (node: Node): Node[] =>
  node.namedChildren.filter((child): child is Node => child !== null && child.type !== 'comment');

export const nameOf = (node: Node): string => childrenOf(node)[0]?.text ?? '';

export const isObject = ({ type }: Node): boolean => type === 'object';

/** The text of a string without interpolation, else null. */
export const literalOf = (node: Node | undefined): string | null =>
  node?.type === 'string' && childrenOf(node).every(({ type }) => type === 'string_content')
    ? node.text.slice(1, -1)
    : null;

/** The properties of an object, with names as they are without quotes. */
export function propertiesOf(object: Node): { readonly name: string; readonly key: Node; readonly value: Node }[] {
  return childrenOf(object).flatMap((property) => {
    const [key, value] = childrenOf(property);
    if (property.type !== 'object_property' || !key || !value) return [];
    return [{ name: literalOf(key) ?? key.text, key, value }];
  });
}

export const propertyOf = (object: Node | undefined, name: string): Node | undefined =>
  object && propertiesOf(object).find((property) => property.name === name)?.value;

/** The object of a resource or module, wherever a condition or a loop puts it. */
export function bodyOf({ node }: Declaration): Node | undefined {
  const value = childrenOf(node).at(-1);
  return value && (isObject(value) ? value : childrenOf(value).findLast(isObject));
}

export const isConditional = ({ node }: Declaration): boolean => childrenOf(node).at(-1)?.type === 'if_statement';

export const isExisting = ({ node }: Declaration): boolean => node.children.some((child) => child?.type === 'existing');

export const hasDefault = ({ node }: Declaration): boolean => childrenOf(node).length > 2;

/** The arguments of a decorator, null without it. */
export function decoratorOf({ decorators }: Declaration, name: string): Node[] | null {
  const call = decorators.map((decorator) => childrenOf(decorator)[0]).find((each) => each && nameOf(each) === name);
  const values = call && childrenOf(call)[1];
  return values ? childrenOf(values) : null;
}

/** The file that a module or an import names, seen from the folder of all files. */
export function pathOf(from: BicepFile, { node }: Declaration): string {
  const path = childrenOf(node)
    .map(literalOf)
    .find((text) => text !== null && text !== undefined);
  return join(dirname(from.path), path ?? '');
}

export const named = (file: BicepFile | undefined, kind: Declaration['kind'], name: string): Declaration | undefined =>
  file?.declarations.find((declaration) => declaration.kind === kind && declaration.name === name);
