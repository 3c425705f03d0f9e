import { Kind, type ValueNode, valueFromASTUntyped } from 'graphql';
import { badInput } from '../errors.ts';

/**
 * Describes how a scalar travels. `read` turns PostgreSQL's text into the value of the response, or into an Error if
 * the value has no form there. `write` turns a client's value into text for PostgreSQL.
 */
export interface Scalar {
  readonly read: (text: string) => unknown;
  /** Converts PostgreSQL's text directly to JSON text; if absent, the value is a JSON string. */
  readonly json?: (text: string) => string | Error;
  /** True if the results of `read` have no characters that JSON escapes. */
  readonly isPlain?: boolean;
  readonly write: (value: unknown) => string;
}

export interface CustomScalar extends Scalar {
  readonly description: string;
  readonly specifiedByURL?: string;
  /** TypeScript type, for generators of client types and for extensions; `string` if absent. */
  readonly inTypeScript?: 'number' | 'unknown' | { readonly input: 'string | number'; readonly output: 'string' };
  /** Reads a literal in a document, if JavaScript's value would lose digits. */
  readonly literal?: (node: ValueNode, variables: Variables) => unknown;
}

type Variables = Readonly<Record<string, unknown>> | undefined;

export const unchanged = (text: string): string => text;

/** Creates a scalar that is text both in JSON and in PostgreSQL; `form` matches what clients may send. */
export const textScalar = (
  name: string,
  form: RegExp,
  what: string,
  example: string,
  specifiedByURL?: string,
): CustomScalar => ({
  description: `${what} Example: ${example}.`,
  ...(specifiedByURL && { specifiedByURL }),
  read: unchanged,
  isPlain: true,
  write(value) {
    if (typeof value === 'string' && form.test(value)) return value;
    throw badInput(`${shownValue(value)} is not a ${name}; write it like ${example}`);
  },
});

/** Converts a client's number to text. No digit is lost, since `readVariables` passes longer numbers as text. */
const numberText = (value: unknown): unknown => (typeof value === 'number' ? String(value) : value);

/** Reads a number in a document with all its digits. */
const numberLiteral = (node: ValueNode, variables: Variables): unknown =>
  node.kind === Kind.INT || node.kind === Kind.FLOAT ? node.value : valueFromASTUntyped(node, variables);

/** Creates a scalar that is text in results, and text or a number in arguments. */
export const numberScalar = (form: CustomScalar): CustomScalar => ({
  ...form,
  inTypeScript: { input: 'string | number', output: 'string' },
  write: (value) => form.write(numberText(value)),
  literal: numberLiteral,
});

/** Returns a client's value as an error may quote it. */
export function shownValue(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
