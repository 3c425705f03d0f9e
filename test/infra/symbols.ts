import type { Node } from 'web-tree-sitter';
import {
  type BicepFile,
  type BicepFiles,
  bodyOf,
  childrenOf,
  type Declaration,
  decoratorOf,
  isExisting,
  named,
  nameOf,
  pathOf,
  propertyOf,
} from './bicep.ts';
import { lineOf } from './parse.ts';

/** The functions and decorators of Bicep that these files may use, each looked up in its documentation. */
const functions = new Set([
  ...[
    'bool',
    'cidrSubnet',
    'concat',
    'empty',
    'fail',
    'guid',
    'int',
    'items',
    'join',
    'json',
    'map',
    'split',
    'string',
  ],
  ...[
    'readEnvironmentVariable',
    'resourceGroup',
    'resourceId',
    'subscription',
    'subscriptionResourceId',
    'take',
    'tenant',
  ],
  ...['union', 'uniqueString'],
  ...['allowed', 'batchSize', 'description', 'export', 'maxLength', 'maxValue', 'minLength', 'minValue', 'secure'],
]);

/** Names that are not defined, defined twice, or not used, and dependencies that are there without dependsOn. */
export function checkSymbols(file: BicepFile, files: BicepFiles): string[] {
  const symbols = file.declarations.filter(({ kind }) => kind !== 'output');
  const defined = new Set(symbols.map(({ name }) => name));
  const used = new Set<string>();
  const problems: string[] = [];
  for (const { node, name, decorators } of file.declarations) {
    for (const reference of [node, ...decorators].flatMap((each) => referencesIn(each))) {
      const isKnown = defined.has(reference.name) || (reference.isCall && functions.has(reference.name));
      if (!isKnown) problems.push(`${file.path}:${lineOf(reference.node)}: ${reference.name} is not defined`);
      if (reference.name !== name) used.add(reference.name);
    }
  }
  for (const [index, { name, node }] of symbols.entries()) {
    if (symbols.findIndex((other) => other.name === name) !== index) {
      problems.push(`${file.path}:${lineOf(node)}: ${name} is defined twice`);
    }
  }
  // What a parameter file names is used by its template.
  const isTemplate = !file.path.endsWith('.bicepparam');
  const idle = symbols.filter((symbol) => isTemplate && isMeantToBeUsed(symbol) && !used.has(symbol.name));
  return [
    ...problems,
    ...idle.map(({ name, node }) => `${file.path}:${lineOf(node)}: ${name} is not used`),
    ...checkImports(file, files),
    ...checkDependencies(file),
  ];
}

const isMeantToBeUsed = (symbol: Declaration) =>
  symbol.kind === 'resource' ? isExisting(symbol) : symbol.kind !== 'module' && !decoratorOf(symbol, 'export');

function checkImports(file: BicepFile, files: BicepFiles): string[] {
  return file.declarations
    .filter(({ kind }) => kind === 'import')
    .flatMap((each) => {
      const path = pathOf(file, each);
      const declared = files.get(path)?.declarations.find(({ name }) => name === each.name);
      if (declared && decoratorOf(declared, 'export')) return [];
      return [`${file.path}:${lineOf(each.node)}: ${path} exports no ${each.name}`];
    });
}

/** What dependsOn names must not be needed anyway: the linter counts that as an error. */
function checkDependencies(file: BicepFile): string[] {
  return file.declarations.flatMap((declaration) => {
    const dependsOn = propertyOf(bodyOf(declaration), 'dependsOn');
    if (!dependsOn) return [];
    const implied = impliedBy(declaration, file, new Set());
    return childrenOf(dependsOn)
      .filter(({ text }) => implied.has(text))
      .map((node) => `${file.path}:${lineOf(node)}: dependsOn need not name ${node.text}`);
  });
}

/** Everything that a declaration reaches through what it names, dependsOn left out. */
function impliedBy(declaration: Declaration, file: BicepFile, reached: Set<string>): Set<string> {
  for (const { name } of referencesIn(declaration.node, 'dependsOn')) {
    if (name === declaration.name || reached.has(name)) continue;
    reached.add(name);
    for (const kind of ['var', 'resource', 'module'] as const) {
      const next = named(file, kind, name);
      if (next) impliedBy(next, file, reached);
    }
  }
  return reached;
}

interface Reference {
  readonly name: string;
  readonly node: Node;
  readonly isCall: boolean;
}

const declaring = /_declaration$|^user_defined_function$/;

/** The names that stand in expressions and types, except those that loops, lambdas and functions bring themselves. */
function referencesIn(node: Node, except?: string, local: ReadonlySet<string> = new Set()): Reference[] {
  if (node.type === 'identifier') return local.has(node.text) ? [] : [{ name: node.text, node, isCall: false }];
  if (node.type === 'import_functionality') return [];
  if (node.type === 'object_property') {
    const [key, value] = childrenOf(node);
    if (!key || !value || key.text === except) return [];
    return [...(key.type === 'string' ? referencesIn(key, except, local) : []), ...referencesIn(value, except, local)];
  }
  if (node.type === 'call_expression') {
    const [called, values] = childrenOf(node);
    const call = called?.type === 'identifier' ? [{ name: called.text, node: called, isCall: true }] : [];
    return [...call, ...(values ? referencesIn(values, except, local) : [])];
  }
  const children = childrenOf(node).slice(declaring.test(node.type) ? 1 : 0);
  const inner = new Set([...local, ...broughtBy(node)]);
  return children.flatMap((child) => referencesIn(child, except, inner));
}

function broughtBy(node: Node): string[] {
  const [first] = childrenOf(node);
  if (node.type === 'for_statement' && first) {
    return first.type === 'identifier' ? [first.text] : childrenOf(first).map(({ text }) => text);
  }
  if (node.type === 'lambda_expression' && first) {
    return first.type === 'identifier' ? [first.text] : childrenOf(first).map(({ text }) => text);
  }
  if (node.type !== 'user_defined_function') return [];
  return childrenOf(node)
    .filter(({ type }) => type === 'parameters')
    .flatMap(childrenOf)
    .map(nameOf);
}

/** The literal objects behind an expression: through variables, choices, loops, lambdas and exported functions. */
export function objectsBehind(node: Node, file: BicepFile, files: BicepFiles): Node[] {
  if (node.type === 'object') return [node];
  if (node.type === 'identifier') {
    const value = named(file, 'var', node.text)?.node;
    return value
      ? childrenOf(value)
          .slice(1)
          .flatMap((each) => objectsBehind(each, file, files))
      : [];
  }
  if (node.type === 'call_expression') {
    const imported = named(file, 'import', nameOf(node));
    const source = imported && files.get(pathOf(file, imported));
    const made = source && named(source, 'func', nameOf(node))?.node;
    if (made) return objectsBehind(childrenOf(made).at(-1) ?? made, source, files);
  }
  if (!/^(array|arguments|call_|lambda_|ternary_|for_|if_|parenthesized_)/.test(node.type)) return [];
  // The condition of a choice and the input of map are no results.
  const isInputFirst = node.type === 'ternary_expression' || node.text.startsWith('map(');
  const values = (
    node.type === 'call_expression' ? childrenOf(node).slice(1).flatMap(childrenOf) : childrenOf(node)
  ).slice(isInputFirst ? 1 : 0);
  return values.flatMap((each) => objectsBehind(each, file, files));
}
