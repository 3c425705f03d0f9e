import { conflictKeys, insertable, updatable, writeKeys } from '../../catalog/catalog.ts';
import type { Builder } from '../builder.ts';
import type { Types } from '../types.ts';
import { conflictAction } from './conflict.ts';
import { defineCreate } from './create.ts';
import { defineDelete } from './delete.ts';
import { defineUpdate } from './update.ts';

/** Defines the mutations that the role's grants allow; without any there is no Mutation type. */
export function defineMutations(builder: Builder, types: Types): void {
  const creatable = types.all.filter(({ table }) => insertable(table).length > 0);
  const keyed = types.all.filter(({ table }) => writeKeys(table).length > 0);
  const changeable = keyed.filter(({ table }) => updatable(table).length > 0);
  const deletable = keyed.filter(({ table }) => table.mayDelete);
  if ([creatable, changeable, deletable].every((tables) => tables.length === 0)) return;
  declareMutation(builder);
  const mayConflict = creatable.some(({ table }) => conflictKeys(table).length > 0);
  const action = mayConflict ? conflictAction(builder) : null;
  for (const type of creatable) defineCreate(builder, types, type, action);
  for (const type of changeable) defineUpdate(builder, types, type);
  for (const type of deletable) defineDelete(builder, types, type);
}

/** Declares the Mutation type, unless it is there. */
export function declareMutation(builder: Builder): void {
  if (builder.configStore.hasConfig('Mutation')) return;
  builder.mutationType({ description: 'Changes of rows. Each is a transaction of its own, and they run one by one.' });
}
