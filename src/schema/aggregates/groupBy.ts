import { type Catalog, columnOf, tableOf } from '../../catalog/catalog.ts';
import { keyName } from '../../db/sql/aggregate.ts';
import type { Bucket } from '../../db/sql/bucket.ts';
import { equal, operandOf } from '../../db/sql/compare.ts';
import { alias, columnRef, from } from '../../db/sql/select.ts';
import { and, ident, join, type Sql, sql } from '../../db/sql/sql.ts';
import { required } from '../../errors.ts';
import type { Builder, EnumRef, InputObjectRef } from '../builder.ts';
import { bucketInput, readBucket } from './bucket.ts';
import { givenIn } from './given.ts';
import { type KeyNames, pathTo } from './key.ts';
import type { Shape, Shapes } from './shape.ts';

/** What makes the groups. */
export interface Groups {
  readonly keys: readonly Sql[];
  readonly names: KeyNames;
  /** The joins of the relations to which keys belong. */
  readonly joins: Sql;
  readonly bucket: Bucket | null;
}

export interface GroupBy {
  /** The type of a table's `groupBy` argument. */
  readonly input: (table: string) => InputObjectRef;
  /** Reads the argument; a filter bounds the buckets. Throws BAD_USER_INPUT for a null in it and for wrong buckets. */
  readonly read: (shape: Shape, groupBy: unknown, where: unknown) => Groups;
}

/** Defines the `groupBy` inputs of all tables; `times` are the enums of their time columns. */
export function createGroupBy(
  builder: Builder,
  catalog: Catalog,
  shapes: Shapes,
  times: (table: string) => EnumRef | null,
): GroupBy {
  const groupable = shapes.all.filter((shape) => shape.groupable.size > 0);
  const inputs = new Map(groupable.map(({ name, table }) => [table.name, builder.inputRef<object>(`${name}GroupBy`)]));
  const related = new Map(
    groupable.map(({ name, table }) => [table.name, builder.inputRef<object>(`${name}RelatedGroupBy`)]),
  );
  for (const shape of groupable) {
    const { name, table } = shape;
    const column = builder.enumType(`${name}Column`, {
      description: `Columns of \`${table.name}\`.`,
      values: columnValues(shape.groupable),
    });
    const time = times(table.name);
    const bucket = time && bucketInput(builder, name, time);
    const relations = [...shape.relations].map(([relation, to]) => [inputName(shape, relation), to.table] as const);
    const define = (input: InputObjectRef, description: string, isRoot: boolean) =>
      builder.inputType(input, {
        description,
        fields: (t) => ({
          columns: t.field({ type: [column], description: 'Rows of one group have the same values here.' }),
          ...(isRoot && bucket && { bucket: t.field({ type: bucket, description: 'And times in the same bucket.' }) }),
          ...Object.fromEntries(relations.map(([field, to]) => [field, t.field({ type: required(related, to) })])),
        }),
      });
    define(required(inputs, table.name), 'What the rows of a group have in common.', true);
    define(required(related, table.name), 'What the related rows of a group have in common.', false);
  }

  /** Adds the keys that an input names of the rows that the statement calls `of`. */
  const collect = (shape: Shape, input: unknown, of: string, relations: readonly string[], found: Found): void => {
    for (const [field, value] of givenIn('groupBy', input)) {
      if (field === 'bucket') continue;
      if (field === 'columns') {
        for (const name of value as readonly string[]) {
          const [path, column] = [...shape.groupable].find(([, c]) => c.column.name === name) ?? [];
          if (path !== undefined && column) found.keys.set(pathTo(...relations, path), columnRef(column.column, of));
        }
        continue;
      }
      const [relation, to] = [...shape.relations].find(([name]) => inputName(shape, name) === field) ?? [];
      if (relation === undefined || !to) throw new Error(`No relation ${field} of ${shape.table.name}`);
      const inner = `j${found.joins.length}`;
      const other = tableOf(catalog, to.table);
      const tied = to.targets.map((target, i) => {
        const [there, here] = [columnOf(other, target), columnOf(shape.table, to.columns[i] ?? target)];
        return equal(operandOf(there, columnRef(there, inner)), operandOf(here, columnRef(here, of)));
      });
      found.joins.push(sql`left join ${from(catalog, other)} ${ident(inner)} on ${and(tied)}`);
      collect(shapes.of(to.table), value, inner, [...relations, relation], found);
    }
  };

  return {
    input: (table) => required(inputs, table),
    read(shape, groupBy, where) {
      const found: Found = { keys: new Map(), joins: [] };
      collect(shape, groupBy, alias, [], found);
      const [, bucket] = givenIn('groupBy', groupBy).find(([field]) => field === 'bucket') ?? [];
      return {
        keys: [...found.keys.values()],
        names: new Map([...found.keys.keys()].map((path, i) => [path, keyName(i)])),
        joins: join(found.joins, ' '),
        bucket: bucket === undefined ? null : readBucket(shape, bucket, where),
      };
    },
  };
}

interface Found {
  readonly keys: Map<string, Sql>;
  readonly joins: Sql[];
}

/** The values of an enum of columns: their names in the database. */
export const columnValues = (columns: Shape['columns']) =>
  Object.fromEntries(
    [...columns.values()].map(({ column: { name, deprecationReason }, value }) => [
      value,
      { value: name, deprecationReason },
    ]),
  );

/** What stands beside the relations in an input. */
const ownFields = ['columns', 'bucket'];

/** What an input calls a relation. */
function inputName({ relations }: Shape, relation: string): string {
  let name = relation;
  while (ownFields.includes(name) || (name !== relation && relations.has(name))) name += '_';
  return name;
}
