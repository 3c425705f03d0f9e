import type { Catalog } from '../../catalog/catalog.ts';
import { keyName } from '../../db/sql/aggregate.ts';
import type { Bucket } from '../../db/sql/bucket.ts';
import { asJsonb, atPath } from '../../db/sql/json.ts';
import { matchesRow } from '../../db/sql/match.ts';
import { alias, columnRef, from } from '../../db/sql/select.ts';
import { ident, join, type Sql, sql } from '../../db/sql/sql.ts';
import { badInput, required } from '../../errors.ts';
import type { Builder, EnumRef, InputObjectRef } from '../builder.ts';
import { namedFields } from '../namedFields.ts';
import { bucketInput, readTimes } from './bucket.ts';
import { givenIn } from './given.ts';
import { documentKey, type KeyNames, pathTo } from './key.ts';
import { partPath } from './parts.ts';
import { inputName, type Shape, type ShapeColumn, type Shapes } from './shape.ts';

/** The keys and buckets that make the groups. */
export interface Groups {
  readonly keys: readonly Sql[];
  readonly names: KeyNames;
  /** Joins of the related rows whose columns are keys. */
  readonly joins: Sql;
  readonly bucket: Bucket | null;
  readonly times: GroupedTimes | null;
}

/** The time column that groups rows, with its API name and the time zone. */
export interface GroupedTimes {
  readonly column: readonly [string, ShapeColumn];
  readonly timeZone: string;
}

export interface GroupBy {
  /** Returns the type of a table's `groupBy` argument. */
  readonly input: (table: string) => InputObjectRef;
  /** Reads the argument; the filter bounds the buckets to fill. Throws BAD_USER_INPUT for nulls and invalid buckets. */
  readonly read: (shape: Shape, groupBy: unknown, where: unknown) => Groups;
}

/** Fields of the input that are not named after a column or relation. */
const ownFields = ['columns'];

/**
 * Defines the `groupBy` inputs of all tables that have a column to group by; `columns` are the enums of these columns.
 */
export function createGroupBy(
  builder: Builder,
  catalog: Catalog,
  shapes: Shapes,
  columns: ReadonlyMap<string, EnumRef>,
  part: EnumRef,
): GroupBy {
  const groupable = shapes.all.filter(({ table }) => columns.has(table.name));
  const bucket = groupable.some(({ parted }) => parted.size > 0) ? bucketInput(builder, part) : null;
  const inputs = new Map(groupable.map(({ name, table }) => [table.name, builder.inputRef<object>(`${name}GroupBy`)]));
  for (const shape of groupable) {
    const { table, parted, documents, relations } = shape;
    const column = required(columns, table.name);
    const called = <Of>(things: ReadonlyMap<string, Of>) =>
      Array.from(things, ([name, of]) => [inputName(shape, name, ownFields), of] as const);
    required(inputs, table.name).implement({
      description: 'What to group rows by.',
      fields: (t) => ({
        columns: t.field({ type: [column], description: 'Columns whose values are equal within a group.' }),
        ...(bucket &&
          namedFields(called(parted), ({ column: { deprecationReason } }) =>
            t.field({
              type: bucket,
              description: 'Buckets or parts of this column; give only one, not of a relation.',
              deprecationReason,
            }),
          )),
        ...namedFields(called(documents), ({ column: { deprecationReason } }) =>
          t.field({ type: [t.listRef('String')], description: 'Paths to the values to group by.', deprecationReason }),
        ),
        ...namedFields(called(relations), ({ table }) => t.field({ type: required(inputs, table.name) })),
      }),
    });
  }

  /** Collects the keys that an input names; `of` is the alias of the rows that have them. */
  const collect = (shape: Shape, input: unknown, of: string, relations: readonly string[], found: Found): void => {
    for (const [field, value] of givenIn('groupBy', input)) {
      const isCalled = ([name]: readonly [string, unknown]) => inputName(shape, name, ownFields) === field;
      if (field === 'columns') {
        for (const name of value as readonly string[]) {
          const [path, column] = [...shape.groupable].find(([, c]) => c.column.name === name) ?? [];
          if (path !== undefined && column) found.keys.set(pathTo(...relations, path), columnRef(column.column, of));
        }
        continue;
      }
      const [name, document] = [...shape.documents].find(isCalled) ?? [];
      if (name !== undefined && document) {
        for (const path of value as readonly (readonly string[])[])
          found.keys.set(
            pathTo(...relations, documentKey(name, path)),
            atPath(asJsonb(columnRef(document.column, of)), path),
          );
        continue;
      }
      const times = [...shape.parted].find(isCalled);
      if (times) {
        if (relations.length > 0)
          throw badInput(
            `groupBy: ${pathTo(...relations, field)} is a time of related rows; only times of the rows themselves make buckets`,
          );
        found.times.push([...times, value]);
        continue;
      }
      const [relation, to] = [...shape.relations].find(isCalled) ?? [];
      if (relation === undefined || !to) throw new Error(`No relation ${field} of ${shape.table.name}`);
      const inner = `j${found.joins.length}`;
      found.joins.push(sql`left join ${from(catalog, to.table)} ${ident(inner)} on ${matchesRow(to, of, inner)}`);
      collect(shapes.of(to.table.name), value, inner, [...relations, relation], found);
    }
  };

  return {
    input: (table) => required(inputs, table),
    read(shape, groupBy, where) {
      const found: Found = { keys: new Map(), joins: [], times: [] };
      collect(shape, groupBy, alias, [], found);
      const [times, other] = found.times;
      if (times && other)
        throw badInput(`groupBy has buckets of ${times[0]} and of ${other[0]}; give only one of them`);
      const read = times && readTimes(...times, where);
      for (const [part, expression] of read?.parts ?? []) found.keys.set(partPath(part), expression);
      return {
        keys: [...found.keys.values()],
        names: new Map([...found.keys.keys()].map((path, i) => [path, keyName(i)])),
        joins: join(found.joins, ' '),
        bucket: read?.bucket ?? null,
        times: times && read ? { column: [times[0], times[1]], timeZone: read.timeZone } : null,
      };
    },
  };
}

interface Found {
  readonly keys: Map<string, Sql>;
  readonly joins: Sql[];
  /** Time columns by API name, with their inputs. */
  readonly times: (readonly [string, ShapeColumn, unknown])[];
}
