import type { InputFieldMap } from '@pothos/core';
import type { DbFunction, Parameter } from '../../catalog/dbFunction.ts';
import { argument, canBeGiven, type GivenArguments } from '../../db/sql/call.ts';
import { badInput } from '../../errors.ts';
import type { FieldBuilder } from '../builder.ts';
import type { Arguments } from '../fieldSource.ts';
import { leafInput } from '../leafField.ts';
import { writeList } from '../listText.ts';
import type { Types } from '../types.ts';

/** The arguments of a function's field. */
export interface FunctionArguments {
  readonly define: (t: Pick<FieldBuilder<unknown>, 'arg'>) => InputFieldMap;
  /** Reads the arguments. Throws BAD_USER_INPUT if one without a default is missing. */
  readonly read: (args: Arguments) => GivenArguments;
}

/**
 * Creates the arguments for a function's parameters, except the first `skipped` ones. No argument is given a name in
 * `taken`.
 */
export function functionArguments(
  types: Types,
  fn: DbFunction,
  { skipped = 0, taken = [] }: { readonly skipped?: number; readonly taken?: readonly string[] },
): FunctionArguments {
  const names = types.names.parameters(fn, taken);
  const all = fn.parameters.map((parameter, i) => ({ ...formOf(types, parameter), parameter, name: names[i] ?? '' }));
  const given = all.slice(skipped).filter(({ parameter }) => canBeGiven(parameter));
  return {
    define: (t) =>
      Object.fromEntries(
        given.map(({ name, parameter, ...form }) => [
          name,
          t.arg({ type: leafInput(t.arg, form), required: fn.isStrict && !parameter.hasDefault }),
        ]),
      ),
    read: (args) =>
      new Map(
        given.flatMap(({ name, parameter, write }) => {
          // A parameter may have the name of a property that every object inherits, such as `constructor`.
          const value = Object.hasOwn(args, name) ? args[name] : undefined;
          if (value === undefined && parameter.hasDefault) return [];
          if (value === undefined) throw badInput(`"${name}" is missing; give a value, or null`);
          return [[parameter, argument(value === null ? null : write(value), parameter)]];
        }),
      ),
  };
}

/** Returns a parameter's input type and writer: those of an input object for rows, otherwise those of a leaf. */
function formOf(types: Types, { type }: Pick<Parameter, 'type'>) {
  const row = types.rowInput(type);
  if (!row) return types.leaf({ type });
  if (!type.item) return { type: row.ref, isList: false, write: row.write };
  const { delimiter } = type.item;
  return { type: row.ref, isList: true, write: (value: unknown) => writeList(value, delimiter, row.write) };
}
