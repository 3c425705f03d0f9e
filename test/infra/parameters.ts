import type { Node } from 'web-tree-sitter';
import {
  type BicepFile,
  childrenOf,
  type Declaration,
  decoratorOf,
  hasDefault,
  literalOf,
  named,
  nameOf,
} from './bicep.ts';
import { lineOf } from './parse.ts';

/** What a parameter file gives that the template does not take, lacks, or allows differently. */
export function checkParameters(file: BicepFile, template: BicepFile): string[] {
  const given = file.declarations;
  const lacking = template.declarations.filter(
    (each) => each.kind === 'param' && !hasDefault(each) && !named(file, 'var', each.name),
  );
  return [
    ...given.flatMap(({ name, node }) => {
      const where = `${file.path}:${lineOf(node)}: ${name}`;
      const parameter = named(template, 'param', name);
      if (!parameter) return [`${where} is no parameter of ${template.path}`];
      const value = childrenOf(node)[1];
      const literal = value ? (literalOf(value) ?? defaultOf(value)) : null;
      const allowed = allowedBy(parameter);
      const fits = literal === null || allowed === null || allowed.includes(literal);
      return [
        ...(fits ? [] : [`${where}: ${literal} is none of ${allowed?.join(', ')}`]),
        ...environmentIn(node).map((call) => `${file.path}:${lineOf(call)}: the default must be a literal`),
      ];
    }),
    ...lacking.map(({ name }) => `${file.path}: ${name} is missing`),
  ];
}

const defaultOf = (value: Node): string | null =>
  nameOf(value) === 'readEnvironmentVariable' ? literalOf(argumentsOf(value)[1]) : null;

const argumentsOf = (call: Node): Node[] => {
  const [, values] = childrenOf(call);
  return values ? childrenOf(values) : [];
};

/** Reads of the environment that would not compile: they need two literals. */
function environmentIn(node: Node): Node[] {
  const isRead = node.type === 'call_expression' && nameOf(node) === 'readEnvironmentVariable';
  const values = argumentsOf(node);
  const isWrong = isRead && (values.length !== 2 || values.some((value) => literalOf(value) === null));
  return [...(isWrong ? [node] : []), ...childrenOf(node).flatMap(environmentIn)];
}

/** The strings that a parameter allows by its decorator or its type, null when any. */
export function allowedBy(parameter: Declaration): string[] | null {
  const [values] = decoratorOf(parameter, 'allowed') ?? [];
  const union = childrenOf(parameter.node)
    .flatMap(childrenOf)
    .find(({ type }) => type === 'union_type');
  const node = values ?? union;
  return node ? childrenOf(node).map((each) => literalOf(each) ?? each.text) : null;
}
