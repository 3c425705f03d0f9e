import { parse as parseArray } from 'postgres-array';
import type { Catalog, Column, Enum, Type } from '../catalog/catalog.ts';
import type { Names } from '../catalog/naming.ts';
import type { Builder } from './builder.ts';
import { type Scalar, type ScalarName, scalarOf, scalars } from './scalars.ts';

type EnumRef = ReturnType<Builder['enumType']>;

/** How a column's values travel: one value, or a list of them. */
export interface Leaf extends Scalar {
  readonly type: ScalarName | EnumRef;
  /** The name of the type, which those of its filters begin with. */
  readonly name: string;
  readonly isList: boolean;
  /** Whether NOT NULL holds in GraphQL too: a float may be a number that JSON does not have. */
  readonly mayFail: boolean;
}

/** Finds the leaf of a column; the enum types are defined once, here. */
export function createLeaves(builder: Builder, catalog: Catalog, names: Names): (column: Column) => Leaf {
  const enums = new Map(catalog.enums.map((type) => [type.id, enumLeaf(builder, type, names)]));
  const itemLeaf = (type: Type): Leaf => {
    const found = type.enum === null ? undefined : enums.get(type.enum);
    if (found) return found;
    const name = scalarOf[type.name] ?? 'String';
    return { ...scalars[name], type: name, name, isList: false, mayFail: name === 'Float' };
  };
  return ({ type }) => {
    if (!type.item) return itemLeaf(type);
    const item = itemLeaf(type.item);
    return {
      ...item,
      isList: true,
      mayFail: false,
      read: (text) => readList(text, item.read),
      write: (value) => writeList(Array.isArray(value) ? value : [value], item.write),
    };
  };
}

function enumLeaf(builder: Builder, type: Enum, names: Names): Leaf {
  const name = names.enumType(type);
  const values = names.enumValues(type);
  const ref = builder.enumType(name, {
    description: type.comment ?? undefined,
    values: Object.fromEntries(
      type.labels.map((label) => {
        const value = values.get(label) ?? label;
        return [value, { value: label, ...(value !== label && { description: `\`${label}\`` }) }];
      }),
    ),
  });
  return { type: ref, name, isList: false, mayFail: false, read: (text) => text, write: String };
}

/** PostgreSQL does not fix the number of an array's dimensions, GraphQL does: the items are listed row by row. */
function readList(text: string, read: Scalar['read']): readonly unknown[] {
  // A lower bound other than 1 is written in front: [2:3]={a,b}.
  const items = parseArray<string>(text.replace(/^(\[[-\d]+:[-\d]+\])+=/, ''), (item) => item);
  return items.flat(Number.POSITIVE_INFINITY).map((item: string | null) => (item === null ? null : read(item)));
}

/** PostgreSQL's text of an array: every item quoted. */
const writeList = (items: readonly unknown[], write: Scalar['write']): string =>
  `{${items.map((item) => (item === null ? 'null' : `"${write(item).replaceAll(/["\\]/g, '\\$&')}"`)).join(',')}}`;
