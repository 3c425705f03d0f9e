import type { FieldMap, ObjectRef } from '@pothos/core';
import { byColumns } from '../../db/sql/match.ts';
import { type NumberForm, readKey } from '../../db/sql/measure.ts';
import type { Row } from '../../db/sql/row.ts';
import type { Builder, EnumRef, FieldBuilder } from '../builder.ts';
import { fromParent, generated, leafFromParent } from '../generated.ts';
import { type Leaf, scalarLeaf } from '../leaves.ts';
import type { RowRef } from '../lists/edge.ts';
import { namedFields } from '../namedFields.ts';
import { selectedRows } from '../selection.ts';
import type { ColumnTypes } from './columns.ts';
import { epochMs } from './epoch.ts';
import type { KeyNames, KeyRef } from './key.ts';
import { countAll, numberOf } from './measured.ts';
import type { PartTypes } from './parts.ts';
import { periodName, rowBefore } from './period.ts';
import { endRow, shiftOf } from './selection.ts';
import type { Shape } from './shape.ts';

/** A row of measures, with the names of the group's keys and the reader of its bucket. */
export interface Aggregated {
  readonly row: Row;
  readonly names: KeyNames;
  readonly readBucket: Leaf['read'];
}

export type AggregateRef = ReturnType<typeof aggregateType>;

interface Parts {
  readonly shape: Shape;
  readonly columns: ReturnType<typeof columnsType>;
  /** Enum of the columns that can be sorted; null if there are none. */
  readonly column: EnumRef | null;
  readonly key: KeyRef | null;
  readonly change: ReturnType<typeof changeType>;
  readonly parts: PartTypes['values'];
  readonly node: RowRef;
}

/** Defines the type with the aggregates of a table's columns. */
export function columnsType(builder: Builder, shape: Shape, types: ColumnTypes) {
  const columns = [...shape.columns].map(
    ([name, column]) => [name, { column, type: types.values(column.leaf) }] as const,
  );
  return builder.objectRef<Row>(`${shape.name}ColumnAggregates`).implement({
    description: `Measures of the columns of \`${shape.table.name}\`.`,
    fields: (t) =>
      namedFields(columns, ({ column, type }) =>
        t.field({
          type,
          deprecationReason: column.column.deprecationReason,
          ...fromParent((row: Row) => ({ row, column })),
        }),
      ),
  });
}

/** Defines the type with the aggregates of a table's rows: all of them, or those of a group. */
export const aggregateType = (builder: Builder, { shape, columns, column, node, key, parts, change }: Parts) => {
  const type = builder.objectRef<Aggregated>(`${shape.name}Aggregate`);
  return type.implement({
    description: `Measures of rows of \`${shape.table.name}\`.`,
    fields: (t) => ({
      ...(key !== null && {
        key: t.field({
          type: key,
          description: 'The values that identify the group; null if not in `groupBy`.',
          ...fromParent((group: Aggregated) => ({ ...group, relations: [] })),
        }),
        ...bucketFields(t, shape),
        ...(shape.parted.size > 0 && {
          parts: t.field({
            type: parts,
            ...fromParent((group: Aggregated) => group),
          }),
        }),
      }),
      count: t.field({
        type: 'SafeInt',
        description: 'The number of rows.',
        ...leafFromParent(scalarLeaf('SafeInt'), ({ row }: Aggregated) => row['count'] ?? '0'),
      }),
      of: t.field({
        type: columns,
        description: 'Measures of the columns.',
        ...fromParent(({ row }: Aggregated) => row),
      }),
      ...(column !== null &&
        shape.times.size > 0 &&
        shape.key !== null && {
          first: endField(t, shape, 'first', column, node),
          last: endField(t, shape, 'last', column, node),
        }),
      ...(shape.times.size > 0 && {
        ...(key !== null && {
          countChange: t.field({
            type: change,
            ...fromParent(({ row }: Aggregated) => row),
          }),
        }),
        previous: previousField(t, type),
      }),
    }),
  });
};

/** Defines the change of a count since the previous bucket; all tables share it. */
export const changeType = (builder: Builder) =>
  builder.objectRef<Row>('Change').implement({
    description: 'A change since the previous bucket of the same key; null for the first.',
    fields: (t) => {
      const field = (form: NumberForm, description: string) =>
        t.float({
          nullable: true,
          description,
          ...leafFromParent(scalarLeaf('Float'), (row: Row) => row[numberOf(countAll, form).measure.name]),
        });
      return {
        difference: field('difference', 'The difference; without `fill`, from the previous bucket with rows.'),
        rate: field('rate', 'The difference per second since the start of the previous bucket.'),
      };
    },
  });

const previousField = (t: FieldBuilder<Aggregated>, type: ObjectRef<Builder['$inferSchemaTypes'], Aggregated>) =>
  t.field({
    type,
    description: 'The same measures for an earlier period, by default the one before.',
    args: { shift: t.arg({ type: 'Duration' }) },
    ...generated(
      { kind: 'previous' },
      {
        ask: (args) => periodName(shiftOf(args)),
        get: ({ row, ...group }: Aggregated, name) => ({ ...group, row: rowBefore(row, name, group.names.values()) }),
      },
    ),
  });

/**
 * Creates the fields of a bucket's start. It has the scalar of the bucketed column, or is text if the table's time
 * columns have several scalars.
 */
function bucketFields(t: FieldBuilder<Aggregated>, { times }: Shape): FieldMap {
  const [first, ...others] = new Map([...times.values()].map(({ leaf }) => [leaf.type, leaf])).values();
  if (!first) return {};
  const leaf = others.length === 0 ? first : scalarLeaf('String');
  return {
    bucket: t.field({
      type: leaf.type,
      nullable: true,
      description: 'When the bucket starts; null for rows without a time.',
      ...leafFromParent(leaf, ({ row, readBucket }: Aggregated) => {
        const text = row['bucket'];
        return leaf === first || text === null || text === undefined ? text : String(readBucket(text));
      }),
    }),
    bucketEpochMs: t.float({
      nullable: true,
      description: 'When the bucket starts, in milliseconds since 1970.',
      ...leafFromParent(scalarLeaf('Float'), ({ row }: Aggregated) => epochMs(row['bucket'])),
    }),
  };
}

function endField(t: FieldBuilder<Aggregated>, shape: Shape, end: 'first' | 'last', column: EnumRef, node: RowRef) {
  const { table, key } = shape;
  const match = key && byColumns(table, key);
  return t.field({
    type: node,
    nullable: true,
    description: `The row with the ${end === 'first' ? 'earliest' : 'latest'} time in \`by\`; the ${end === 'first' ? 'smallest' : 'largest'} key breaks ties.`,
    args: { by: t.arg({ type: column, required: true }) },
    ...generated(
      { kind: 'relation' },
      {
        ask: ({ by }, selection) => ({ by, rows: selectedRows(selection) }),
        loads: true,
        get({ row }: Aggregated, { by, rows }, { loaders }) {
          const found = row[endRow(shape, end, by).name];
          if (found === null || found === undefined || match === null) return null;
          return loaders.row(match, readKey(found, match.columns), rows);
        },
      },
    ),
  });
}
