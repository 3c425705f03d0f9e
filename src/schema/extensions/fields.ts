import { type FieldMap, FieldRef, ObjectFieldBuilder } from '@pothos/core';
import type { Row } from '../../db/sql/row.ts';
import type { Builder, FieldBuilder } from '../builder.ts';
import { source } from '../fieldSource.ts';
import type { Leaf } from '../leaves.ts';
import { rowReader } from './notation.ts';

/** Marks fields as belonging to an extension, in their `source`. */
export function asExtension(fields: FieldMap): FieldMap {
  for (const field of Object.values(fields))
    if (field instanceof FieldRef)
      field.updateConfig((config) => ({ ...config, extensions: { ...source('extension'), ...config.extensions } }));
  return fields;
}

/** Returns a builder of fields whose resolvers receive these columns. The parent's statement selects them. */
export function fieldsFrom<Parent>(builder: Builder, leaves: ReadonlyMap<string, Leaf>): FieldBuilder<Parent> {
  const t = new ObjectFieldBuilder<Builder['$inferSchemaTypes'], Parent>(builder);
  const read = rowReader(leaves);
  const create = t['createField'].bind(t);
  const createField: typeof create = (options) => {
    const field = create(options);
    field.updateConfig((config) => {
      const { resolve } = config;
      return {
        ...config,
        extensions: { ...config.extensions, ...source('extension', [...leaves.keys()]) },
        resolve: resolve && ((row, ...rest) => resolve(read(row as Row), ...rest)),
      };
    });
    return field;
  };
  return Object.assign(t, { createField });
}
