import { Kind, type ValueNode, valueFromASTUntyped } from 'graphql';
import { isWellFormedJson, loneSurrogate } from '../db/sql/wellFormed.ts';
import { badInput } from '../errors.ts';

declare global {
  /**
   * Functions that Node.js has had since version 21 but TypeScript does not declare yet. Source: ECMAScript proposal
   * "JSON.parse source text access".
   */
  interface JSON {
    parse(text: string, reviver: (key: string, value: unknown, context: { source?: string }) => unknown): unknown;
    rawJSON(text: string): unknown;
    isRawJSON(value: unknown): value is { readonly rawJSON: string };
  }
}

/** Parses JSON without losing digits: `JSON.stringify` writes each number with its original value. */
export const parseJson = (text: string): unknown =>
  longOrExponential.test(text) ? JSON.parse(text, keepDigits) : JSON.parse(text);

/**
 * Matches every text with a number whose value JavaScript could change. It may match other texts, but hardly one of the
 * many digits within strings.
 */
const longOrExponential = /(?:^|[[:,\s])-?(?:[\d.]{16}|[\d.]+e)/i;

const keepDigits = (_key: string, value: unknown, { source }: { source?: string }): unknown =>
  typeof value === 'number' && source !== undefined && source !== String(value) ? JSON.rawJSON(source) : value;

/**
 * A client's JSON value as text. The class distinguishes it from a string when it becomes part of another JSON value.
 */
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
 * Returns the JSON value of a literal in a document, in which numbers keep their digits. `variables` are undefined
 * while they are unknown. Throws BAD_USER_INPUT for a missing variable, since leaving it out would change the value.
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
      if (!Object.hasOwn(variables, name))
        throw badInput(`The variable "$${name}" in a JSON value was left out; give it a value`);
      return variables[name];
    }
    default:
      return valueFromASTUntyped(node);
  }
}
