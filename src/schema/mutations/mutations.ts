import type { Table } from '../../catalog/catalog.ts';
import { conflictKeys, insertable, updatable, writeKeys } from '../../catalog/writable.ts';
import type { Builder } from '../builder.ts';
import type { Types } from '../types.ts';
import { createLeafChanges } from './columnChange.ts';
import { conflictAction } from './conflict.ts';
import { defineCreate } from './create.ts';
import { defineDelete } from './delete.ts';
import { payloadType } from './payload.ts';
import { defineUpdate } from './update.ts';

/** Defines the mutations that the role's grants allow. If there are none, it does not declare the Mutation type. */
export function defineMutations(builder: Builder, types: Types): void {
  const permitted = types.all.map((type) => ({ type, ...permittedOn(type.table) }));
  if (!permitted.some(({ create, update, remove }) => create || update || remove)) return;
  declareMutation(builder);
  const mayConflict = permitted.some(({ type, create }) => create && conflictKeys(type.table).length > 0);
  const action = mayConflict ? conflictAction(builder) : null;
  const leafChanges = createLeafChanges(builder);
  for (const { type, create, update, remove } of permitted) {
    if (!create && !update && !remove) continue;
    const payload = payloadType(builder, types, type);
    if (create) defineCreate(builder, types, type, payload, action);
    if (update) defineUpdate(builder, types, type, payload, leafChanges);
    if (remove) defineDelete(builder, types, type, payload);
  }
}

function permittedOn(table: Table): Readonly<Record<'create' | 'update' | 'remove', boolean>> {
  const isKeyed = writeKeys(table).length > 0;
  return {
    create: insertable(table).length > 0,
    update: isKeyed && updatable(table).length > 0,
    remove: isKeyed && table.mayDelete,
  };
}

/** Declares the Mutation type, unless it is already declared. */
export function declareMutation(builder: Builder): void {
  if (builder.configStore.hasConfig('Mutation')) return;
  builder.mutationType({ description: 'Changes to rows. They run one by one, each in its own transaction.' });
}
