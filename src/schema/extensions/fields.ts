import { type FieldMap, ObjectFieldBuilder } from '@pothos/core';
import type { Row } from '../../db/sql/row.ts';
import type { Builder, FieldBuilder } from '../builder.ts';
import { source } from '../fieldSource.ts';
import type { Leaf } from '../leaves.ts';
import { rowReader } from './notation.ts';

/** Adds fields to a type of the schema, by its name. */
export type AddFields = (type: string, fields: () => FieldMap) => () => FieldMap;

/** Makes fields of a table's type that join these columns to the statement's list, and whose resolvers see their values. */
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
        extensions: { ...config.extensions, ...source('computed', [...leaves.keys()]) },
        resolve: resolve && ((row, ...rest) => resolve(read(row as Row), ...rest)),
      };
    });
    return field;
  };
  return Object.assign(t, { createField });
}
