import { fileURLToPath } from 'node:url';
import { Language, type Node, Parser } from 'web-tree-sitter';

const grammar = fileURLToPath(import.meta.resolve('tree-sitter-bicep/tree-sitter-bicep.wasm'));

/** Makes a function that parses Bicep; what it cannot parse is an error that says where. */
export async function createBicepParser(): Promise<(path: string, text: string) => Node> {
  await Parser.init();
  const parser = new Parser();
  parser.setLanguage(await Language.load(grammar));
  return (path, text) => {
    const root = parser.parse(path.endsWith('.bicepparam') ? asBicep(text) : text)?.rootNode;
    if (!root) throw new Error(`${path}: not parsed`);
    const wrong = root.hasError ? firstError(root) : null;
    if (wrong) throw new Error(`${path}:${lineOf(wrong)}: not Bicep at ${JSON.stringify(wrong.text.slice(0, 40))}`);
    return root;
  };
}

/** The grammar has no parameter files; their lines stay where they are. */
const asBicep = (text: string) => text.replace(/^using .*$/m, '').replace(/^param (\w+) =/gm, 'var $1 =');

const firstError = (node: Node): Node | null =>
  node.isError || node.isMissing
    ? node
    : node.children.reduce<Node | null>((found, child) => found ?? (child ? firstError(child) : null), null);

/** Counted from 1. */
export const lineOf = (node: Node): number => node.startPosition.row + 1;
