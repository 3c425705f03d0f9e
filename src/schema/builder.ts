import SchemaBuilder from '@pothos/core';
import type { Context } from '../context.ts';
import type { Row } from '../db/sql/row.ts';
import { type CustomScalarName, customScalars, scalarType } from './scalars.ts';

/**
 * The types of a scalar in arguments and results. A result is unknown to TypeScript, since the catalog decides at run
 * time.
 */
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

/** Creates a Pothos builder that knows the scalars; each schema needs a builder of its own. */
export function createBuilder() {
  const builder = new SchemaBuilder<SchemaTypes>({ defaultFieldNullability: false });
  deferFields(builder);
  for (const name of Object.keys(customScalars) as CustomScalarName[]) builder.addScalarType(name, scalarType(name));
  builder.queryType({ description: 'The root of all queries.' });
  return builder;
}

/**
 * Defers the fields of each type until they are requested, and sorts them by name. The builder must not have any types
 * yet.
 */
function deferFields({ configStore }: InstanceType<typeof SchemaBuilder<SchemaTypes>>): void {
  const { addTypeRef, onPrepare, getFields } = configStore;
  const deferred = new Map<string, () => void>();
  let declared: string | null = null;
  Object.assign(configStore, {
    addTypeRef(ref: Parameters<typeof addTypeRef>[0]) {
      declared = ref.name;
      addTypeRef.call(configStore, ref);
      declared = null;
    },
    onPrepare(addFields: () => void) {
      if (declared === null) onPrepare.call(configStore, addFields);
      else deferred.set(declared, addFields);
    },
    getFields(...[name, kind]: Parameters<typeof getFields>) {
      const addFields = deferred.get(name);
      deferred.delete(name);
      addFields?.();
      return new Map([...getFields.call(configStore, name, kind)].sort(([a], [b]) => (a < b ? -1 : 1)));
    },
  });
}

export type Builder = ReturnType<typeof createBuilder>;
type Types = Builder['$inferSchemaTypes'];

export type FieldBuilder<Parent = Row> = PothosSchemaTypes.ObjectFieldBuilder<Types, Parent>;
export type QueryBuilder = PothosSchemaTypes.QueryFieldBuilder<Types, Types['Root']>;
export type MutationBuilder = PothosSchemaTypes.MutationFieldBuilder<Types, Types['Root']>;
export type InputFieldBuilder = PothosSchemaTypes.InputFieldBuilder<Types, 'InputObject'>;
export type InputObjectRef = PothosSchemaTypes.InputObjectRef<Types, object>;
export type EnumRef = ReturnType<Builder['enumType']>;
