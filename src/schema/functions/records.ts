import type { Catalog, Column, Table } from '../../catalog/catalog.ts';
import type { DbFunction, RowMember } from '../../catalog/dbFunction.ts';
import type { Names } from '../../catalog/naming.ts';
import type { Row } from '../../db/sql/row.ts';
import type { Builder } from '../builder.ts';
import { described } from '../description.ts';
import { generatedLeaf } from '../generated.ts';
import { leafField } from '../leafField.ts';
import type { Leaf } from '../leaves.ts';
import type { RowRef } from '../lists/edge.ts';

/** The object types of rows that belong to no table. */
export interface Records {
  /** Returns the type of the rows that a function returns. */
  readonly of: (fn: DbFunction, members: readonly RowMember[]) => RowRef;
}

interface Known {
  readonly catalog: Catalog;
  readonly names: Names;
  readonly leaf: (column: Pick<Column, 'type'>) => Leaf;
}

/**
 * Creates the object types of composite types and of the columns that functions return, each when it is first needed.
 */
export function createRecords(builder: Builder, types: Known): Records {
  const defined = new Map<string, RowRef>();
  return {
    of(fn, members) {
      const name = types.names.record(fn);
      const known = defined.get(name);
      if (known) return known;
      const names = types.names.members(members);
      const ref = builder.objectRef<Row>(name);
      builder.objectType(ref, {
        description: descriptionOf(types, fn),
        fields: (t) =>
          Object.fromEntries(
            members.map((member, i) => {
              const leaf = types.leaf(member);
              const field = leafField(t, leaf, {
                description: described(null, member.name, names[i] ?? member.name),
                nullable: true,
                read: generatedLeaf({ kind: 'column', columns: [member.name] }, leaf, {
                  get: (row: Row) => row[member.name],
                }),
              });
              return [names[i] ?? member.name, field];
            }),
          ),
      });
      defined.set(name, ref);
      return ref;
    },
  };
}

function descriptionOf({ catalog }: Known, { name, result }: DbFunction): string | undefined {
  if (result.kind !== 'record' || result.composite === null) return `A row returned by \`${name}\`.`;
  const composite = catalog.composites.find(({ id }) => id === result.composite);
  return composite?.comment ?? `\`${composite?.name}\``;
}

/** Describes a function's rows to statements, as a table with only these columns. */
export const recordTable = ({ name }: DbFunction, members: readonly RowMember[]): Table => ({
  name,
  kind: 'view',
  comment: null,
  extension: null,
  columns: members.map((member) => ({
    ...member,
    nullable: true,
    collation: null,
    hasDefault: false,
    identity: null,
    generated: false,
    divides: false,
    comment: null,
    mayInsert: false,
    mayUpdate: false,
  })),
  wholeRow: true,
  primaryKey: [],
  indexes: [],
  partialKeys: [],
  foreignKeys: [],
  checks: [],
  hasHeirs: false,
  numberings: [],
  hasInsertTriggers: false,
  notifies: false,
  mayDelete: false,
});
