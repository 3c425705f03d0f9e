import SchemaBuilder from '@pothos/core';
import type { Context } from '../context.ts';
import type { Row } from '../db/sql/row.ts';
import { type CustomScalarName, customScalars, scalarType } from './scalars.ts';

/** What a scalar stands for in results is unknown to TypeScript: the catalog, read at run time, decides it. */
interface ScalarTypes<Input> {
  Input: Input;
  Output: unknown;
}

export interface SchemaTypes {
  Context: Context;
  DefaultFieldNullability: false;
  Scalars: Record<CustomScalarName, ScalarTypes<string>> & {
    ID: ScalarTypes<string | number>;
    String: ScalarTypes<string>;
    Int: ScalarTypes<number>;
    Float: ScalarTypes<number>;
    Boolean: ScalarTypes<boolean>;
  };
}

/** A Pothos builder that knows the scalars; one for each schema that is built. */
export function createBuilder() {
  const builder = new SchemaBuilder<SchemaTypes>({ defaultFieldNullability: false });
  for (const name of Object.keys(customScalars) as CustomScalarName[]) builder.addScalarType(name, scalarType(name));
  builder.queryType({ description: 'Reads of the schema.' });
  return builder;
}

export type Builder = ReturnType<typeof createBuilder>;
type Types = Builder['$inferSchemaTypes'];

export type FieldBuilder<Parent = Row> = PothosSchemaTypes.ObjectFieldBuilder<Types, Parent>;
export type QueryBuilder = PothosSchemaTypes.QueryFieldBuilder<Types, Types['Root']>;
export type MutationBuilder = PothosSchemaTypes.MutationFieldBuilder<Types, Types['Root']>;
export type InputObjectRef = PothosSchemaTypes.InputObjectRef<Types, object>;
export type EnumRef = ReturnType<Builder['enumType']>;
