import { Kind, type ValueNode, valueFromASTUntyped } from 'graphql';

declare global {
  /** In Node.js since 21; TypeScript does not know it yet. Source: the ECMAScript proposal "JSON.parse source text access". */
  interface JSON {
    parse(text: string, reviver: (key: string, value: unknown, context: { source?: string }) => unknown): unknown;
    rawJSON(text: string): unknown;
  }
}

/** Parses JSON so that `JSON.stringify` gives every number back with the digits that it had. */
export const parseJson = (text: string): unknown =>
  /\d{16}|\de/i.test(text) ? JSON.parse(text, keepDigits) : JSON.parse(text);

const keepDigits = (_key: string, value: unknown, { source }: { source?: string }): unknown =>
  typeof value === 'number' && source !== undefined && source !== String(value) ? JSON.rawJSON(source) : value;

/** The JSON that a literal in a document stands for, its numbers as they are written there. */
export function jsonLiteral(node: ValueNode, variables: Readonly<Record<string, unknown>>): unknown {
  switch (node.kind) {
    case Kind.INT:
    case Kind.FLOAT:
      return JSON.rawJSON(node.value);
    case Kind.LIST:
      return node.values.map((item) => jsonLiteral(item, variables));
    case Kind.OBJECT:
      return Object.fromEntries(node.fields.map(({ name, value }) => [name.value, jsonLiteral(value, variables)]));
    default:
      return valueFromASTUntyped(node, variables);
  }
}
