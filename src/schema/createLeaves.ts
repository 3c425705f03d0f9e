import type { Catalog, Enum } from '../catalog/catalog.ts';
import type { Names } from '../catalog/naming.ts';
import type { Type } from '../catalog/type.ts';
import { AppError } from '../errors.ts';
import type { Builder } from './builder.ts';
import { described } from './description.ts';
import { hstoreLeaf, vectorLeaf } from './extensionLeaves.ts';
import { type Leaf, type LeafOf, listLeaf, quotedJson, scalarLeaf } from './leaves.ts';
import { scalarOf } from './scalars.ts';
import { senseOf, textNames } from './senses.ts';

/**
 * Defines the enum types, and returns the function that finds a column's leaf. `onNewLabel` is called for enum labels
 * that the catalog lacks.
 */
export function createLeaves(
  builder: Builder,
  catalog: Catalog,
  names: Names,
  onNewLabel: (error: Error) => void = () => {},
): LeafOf {
  // GraphQL does not allow enums without values.
  const filled = catalog.enums.filter(({ labels }) => labels.length > 0);
  const enums = new Map(filled.map((type) => [type.id, enumLeaf(builder, type, names, onNewLabel)]));
  const itemLeaf = (type: Type): Leaf => {
    const leaf = (type.enum === null ? undefined : enums.get(type.enum)) ?? scalarLeaf(scalarOf(type));
    const sense = senseOf(type);
    if (sense === 'hstore') return hstoreLeaf;
    if (sense === 'embedding') return vectorLeaf;
    return { ...leaf, sense, name: leaf.type === 'String' ? textNames[sense] : leaf.name };
  };
  return ({ type }) => {
    if (!type.item) return itemLeaf(type);
    const item = itemLeaf(type.item);
    // GraphQL has nested lists, but leaves do not.
    return listLeaf(
      item.isList ? { ...scalarLeaf('String'), name: textNames.equality, sense: 'equality' } : item,
      type.item.delimiter,
    );
  };
}

function enumLeaf(builder: Builder, type: Enum, names: Names, onNewLabel: (error: Error) => void): Leaf {
  const name = names.enumType(type);
  const values = names.enumValues(type);
  const written = new Map([...values].map(([label, value]) => [label, quotedJson(value)]));
  const unknownLabel = (): AppError => {
    const error = new AppError(
      'DATABASE_UNAVAILABLE',
      `${name} has a new value in the database; send the request again`,
    );
    onNewLabel(error);
    return error;
  };
  const ref = builder.enumType(name, {
    description: described(type.comment, type.name, name),
    values: Object.fromEntries(
      type.labels.map((label) => {
        const value = values.get(label) ?? label;
        const deprecationReason = type.deprecations?.get(label);
        return [value, { value: label, deprecationReason, ...(value !== label && { description: `\`${label}\`` }) }];
      }),
    ),
  });
  return {
    type: ref,
    name,
    sense: 'order',
    isList: false,
    mayBeNull: false,
    read: (text) => (values.has(text) ? text : unknownLabel()),
    json: (text) => written.get(text) ?? unknownLabel(),
    write: String,
    isText: (text) => values.has(text),
  };
}
