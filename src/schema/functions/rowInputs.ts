import { tableOf } from '../../catalog/catalog.ts';
import type { Composite } from '../../catalog/dbFunction.ts';
import { compositeOf } from '../../catalog/functions.ts';
import type { Type } from '../../catalog/type.ts';
import type { Builder, InputObjectRef } from '../builder.ts';
import { leafInput } from '../leafField.ts';
import type { Leaf } from '../leaves.ts';
import { memoised } from '../memoised.ts';
import type { SchemaBase } from '../schemaBase.ts';

/** The input type of rows as arguments of functions, with the function that writes PostgreSQL's text of a row. */
interface RowInput {
  readonly ref: InputObjectRef;
  readonly write: (value: unknown) => string;
}

/** Returns the input of a type, or of its items; undefined if these are not rows. */
export type RowInputOf = (type: Type) => RowInput | undefined;

/** Creates the input types of rows, each when a parameter first needs it. */
export function createRowInputs(builder: Builder, { catalog, names, leaf: leafOf }: SchemaBase): RowInputOf {
  const defined = memoised((composite: Composite): RowInput => {
    const name = names.rowInput(composite);
    const fields = fieldsOf(composite);
    const ref = builder.inputType(name, {
      description: composite.comment ?? `A row of \`${composite.name}\`. Omitted fields are null.`,
      fields: (t) =>
        Object.fromEntries(
          fields.flatMap(({ name, leaf }) => (name === null ? [] : [[name, t.field({ type: leafInput(t, leaf) })]])),
        ),
    });
    const write = (value: unknown): string => {
      const given = value as Readonly<Record<string, unknown>>;
      return rowText(
        fields.map(({ name, leaf }) => {
          const one = name === null || !Object.hasOwn(given, name) ? null : (given[name] ?? null);
          return one === null ? null : leaf.write(one);
        }),
      );
    };
    return { ref, write };
  });

  /** Returns the fields of a row type, in order. A member that the API does not show has no name and is always null. */
  function fieldsOf({ table, members }: Composite): readonly { readonly name: string | null; readonly leaf: Leaf }[] {
    const shown = table === null ? null : tableOf(catalog, table);
    const own = names.members(members);
    return members.map(({ name, type }, i) => {
      const column = shown?.columns.find((one) => one.name === name);
      const field = shown ? column && names.column(shown, column) : own[i];
      return { name: field ?? null, leaf: leafOf({ type }) };
    });
  }
  return (type) => {
    const composite = compositeOf(catalog, type);
    return composite && defined(composite);
  };
}

/** Writes PostgreSQL's text of a row. */
const rowText = (values: readonly (string | null)[]): string =>
  `(${values.map((text) => (text === null ? '' : `"${text.replaceAll(/["\\]/g, '$&$&')}"`)).join()})`;
