import { Kind, type ValueNode, valueFromASTUntyped } from 'graphql';
import { isWellFormedJson, loneSurrogate } from '../db/sql/wellFormed.ts';
import { badInput } from '../errors.ts';

declare global {
  /** In Node.js since 21; TypeScript does not know it yet. Source: the ECMAScript proposal "JSON.parse source text access". */
  interface JSON {
    parse(text: string, reviver: (key: string, value: unknown, context: { source?: string }) => unknown): unknown;
    rawJSON(text: string): unknown;
    isRawJSON(value: unknown): value is { readonly rawJSON: string };
  }
}

/** Parses JSON so that `JSON.stringify` gives every number back with the digits that it had. */
export const parseJson = (text: string): unknown =>
  longOrExponential.test(text) ? JSON.parse(text, keepDigits) : JSON.parse(text);

/** Finds more than such numbers, in texts too, but not every UUID, which a digit before an `e` is common in. */
const longOrExponential = /\d{16}|(?:^|[[:,\s])-?[\d.]+e/i;

const keepDigits = (_key: string, value: unknown, { source }: { source?: string }): unknown =>
  typeof value === 'number' && source !== undefined && source !== String(value) ? JSON.rawJSON(source) : value;

/** A JSON value of a client as text, which is told from a string where it becomes a part of another JSON value. */
export class JsonText {
  readonly text: string;

  constructor(value: unknown) {
    this.text = JSON.stringify(value);
    if (!isWellFormedJson(this.text)) throw loneSurrogate();
  }

  toString(): string {
    return this.text;
  }

  toJSON(): unknown {
    return parseJson(this.text);
  }
}

/**
 * The JSON that a literal in a document stands for, its numbers as they are written there; `variables` are undefined
 * while they are not known. Throws BAD_USER_INPUT for a variable that was left out: without it the value is another one.
 */
export function jsonLiteral(node: ValueNode, variables: Readonly<Record<string, unknown>> | undefined): unknown {
  switch (node.kind) {
    case Kind.INT:
    case Kind.FLOAT:
      return JSON.rawJSON(node.value);
    case Kind.LIST:
      return node.values.map((item) => jsonLiteral(item, variables));
    case Kind.OBJECT:
      return Object.fromEntries(node.fields.map(({ name, value }) => [name.value, jsonLiteral(value, variables)]));
    case Kind.VARIABLE: {
      const name = node.name.value;
      if (!variables) return null;
      if (!Object.hasOwn(variables, name)) throw badInput(`The variable "$${name}" in a JSON value was left out`);
      return variables[name];
    }
    default:
      return valueFromASTUntyped(node);
  }
}
