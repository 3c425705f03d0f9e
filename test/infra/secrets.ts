import type { Node } from 'web-tree-sitter';
import { type BicepFile, childrenOf, decoratorOf, hasDefault, literalOf, propertiesOf } from './bicep.ts';
import { lineOf } from './parse.ts';

const secretName = /password|pwd|secret|accountkey|acctkey|connectionstring/i;
const secretFunction = /^(list\w*|getSecret|newGuid)$/;

/** Secrets that would be seen: there are none here, so whatever looks like one is wrong. */
export function checkSecrets(file: BicepFile): string[] {
  const where = (node: Node) => `${file.path}:${lineOf(node)}`;
  const declared = file.declarations.flatMap((declaration) => {
    const { kind, name, node } = declaration;
    const isSecure = decoratorOf(declaration, 'secure') !== null;
    if (kind === 'param' && isSecure && hasDefault(declaration))
      return [`${where(node)}: ${name} is secure: no default`];
    if ((kind === 'param' || kind === 'output') && !isSecure && secretName.test(name)) {
      return [`${where(node)}: ${name} looks like a secret`];
    }
    if (kind === 'output' && isSecure) return [`${where(node)}: ${name}: no output is a secret`];
    return [];
  });
  return [
    ...declared,
    ...secretsIn(file.root).map((node) => `${where(node)}: ${node.text.split('\n')[0]} is a secret`),
  ];
}

/** Calls that give keys, and properties that hold or name them. */
function secretsIn(node: Node): Node[] {
  const [first] = childrenOf(node);
  if (node.type === 'call_expression' && first && secretFunction.test(first.text.split('.').at(-1) ?? ''))
    return [node];
  const keys = node.type === 'object' ? propertiesOf(node) : [];
  // passwordAuth only says that there are none.
  const held = keys.filter(({ name, value }) => secretName.test(name) && literalOf(value) !== 'Disabled');
  return [...held.map(({ key }) => key), ...childrenOf(node).flatMap(secretsIn)];
}
