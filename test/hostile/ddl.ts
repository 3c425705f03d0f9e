import pg from 'pg';
import { commentText, createNamer, ownColumns } from './columns.ts';
import { bare, heirOf, modelColumn, readOnly, relationOf } from './expected.ts';
import { functionsOf } from './functions.ts';
import { indexOf, isReferable, keysOf, placeOf } from './keys.ts';
import type { MadeColumn, MadeKey, MadeReference, MadeTable } from './made.ts';
import type { Making } from './making.ts';
import type { Model, Relation } from './model.ts';
import { rowStatements } from './rows.ts';
import type { SchemaSpec, TableSpec } from './shapes.ts';
import { createTable, grantsOf, partitionsOf, shapesOf } from './tables.ts';
import { builtinCalled, createTypeMaker, type HostileType } from './types.ts';

const id = pg.escapeIdentifier;
const literal = pg.escapeLiteral;

/** Makes a schema from a specification, with a role that reads and writes it. */
export function modelOf(spec: SchemaSpec, schema: string, role: string, hasExtensions: boolean): Model {
  const relationName = createNamer(spec.names);
  let plain = 0;
  const plainName = () => `k ${++plain}`;
  const types = createTypeMaker({ schema, enums: spec.enums, hasExtensions, freshName: () => id(relationName()) });
  const making = { schema, role, spec, types, relationName, plainName, mark: spec.names.at(-1) ?? 'mark' };
  const tables: MadeTable[] = [];
  for (const table of spec.tables) tables.push(makeTable(making, table, tables));
  const parts = tables.map((table) => partsOf(making, table));
  const relations = parts.flatMap((part) => part.relations);
  const functions = functionsOf(making, tables, relations);
  const statements = [
    `create schema ${schema}`,
    `create collation ${schema}.loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`,
    `create function ${schema}.untouched() returns trigger language plpgsql as 'begin return new; end'`,
    ...types.statements,
    ...parts.flatMap((part) => part.statements),
    ...functions.statements,
    `grant usage on schema ${schema} to ${role}`,
    `grant usage on all sequences in schema ${schema} to ${role}`,
  ];
  return {
    schema,
    ddl: `${statements.join(';\n')};`,
    relations,
    functions: functions.functions,
    shapes: [...functions.shapes, ...parts.flatMap((part) => part.shapes), ...tables.flatMap(shapesOf)],
  };
}

function makeTable(making: Making, spec: TableSpec, before: readonly MadeTable[]): MadeTable {
  const { schema, types, plainName, mark } = making;
  const nextName = createNamer(making.spec.names, [mark], before.length * 5);
  const name = making.relationName();
  const markColumn: MadeColumn = {
    ...{ name: mark, type: types.of(builtinCalled('int4')), nullable: false, source: 'none' },
    ...{ collation: '', comment: 'none', isHidden: false },
  };
  const columns = [markColumn, ...ownColumns(spec, { types, schema, nextName })];
  const keys = keysOf(spec, columns, plainName);
  const self = { name, spec, keys };
  const references = spec.references.flatMap((reference): readonly MadeReference[] => {
    const targets = before.length > 0 && reference.to % 4 > 0 ? before : [self];
    const target = targets[reference.to % targets.length];
    // A unique index is created after its table, so the table itself cannot refer to it.
    const mayBe = (key: MadeKey) =>
      isReferable(key) && key.columns.every(({ type }) => canRefer(type)) && !(target === self && key.kind === 'index');
    const usable = target?.spec.storage === 'heirs' ? [] : (target?.keys ?? []).filter(mayBe);
    const key = usable[reference.key % usable.length];
    if (!target || !key) return [];
    const nullable = reference.nullable || target === self;
    const made = key.columns.map(
      (column): MadeColumn => ({
        ...column,
        name: nextName(),
        nullable,
        source: 'reference',
        comment: 'none',
        isHidden: false,
      }),
    );
    columns.push(...made);
    return [
      {
        name: plainName(),
        columns: made,
        target: target === self ? 'self' : (target as MadeTable),
        key,
        comment: reference.comment,
      },
    ];
  });
  return { spec, name, sql: `${schema}.${id(name)}`, columns, keys, references };
}

/**
 * Tells whether columns of a type can be foreign keys. PostgreSQL 15 has none on arrays, nor on domains whose operators
 * are declared for all enums, ranges or rows.
 */
const canRefer = ({ what, isList }: HostileType) => !isList && !/^domain.*(enum|range|row)/.test(what);

interface Parts {
  readonly statements: readonly string[];
  readonly relations: readonly Relation[];
  readonly shapes: readonly string[];
}

/** Makes a table with everything that belongs to it, and the views on it. */
function partsOf(making: Making, table: MadeTable): Parts {
  const { schema, role } = making;
  const { spec, sql, columns, keys } = table;
  const after = keys.map((key) => [key, indexOf(sql, key)] as const).filter(([, statement]) => statement !== null);
  const comment = (place: string, text: string | null) =>
    text === null ? [] : [`comment on ${place} is ${literal(text)}`];
  const heir = spec.storage === 'heirs' ? making.relationName() : null;
  const views = spec.views.map((kind) => viewOf(making, table, kind));
  const statements = [
    createTable(making, table),
    ...partitionsOf(making, table),
    ...(heir === null
      ? []
      : [
          `create table ${schema}.${id(heir)} () inherits (${sql})`,
          `grant select on ${schema}.${id(heir)} to ${role}`,
        ]),
    ...after.flatMap(([{ kind }, statement]) => (kind === 'deferred' || statement === null ? [] : [statement])),
    ...rowStatements(table, heir === null ? sql : `${schema}.${id(heir)}`),
    ...after.flatMap(([{ kind }, statement]) => (kind === 'deferred' && statement !== null ? [statement] : [])),
    ...(spec.storage === 'triggered'
      ? [`create trigger t before insert or update on ${sql} for each row execute function ${schema}.untouched()`]
      : []),
    ...(spec.storage === 'secured'
      ? [
          `alter table ${sql} enable row level security`,
          `create policy p on ${sql} using (${id(making.mark)} % 3 <> 1)`,
        ]
      : []),
    ...comment(`table ${sql}`, commentText(spec.comment, 0)),
    ...columns.flatMap((column, i) => comment(`column ${sql}.${id(column.name)}`, commentText(column.comment, i))),
    ...keys.flatMap((key, i) => comment(placeOf(schema, sql, key), commentText(key.comment, i))),
    ...table.references.flatMap(({ name, comment: kind }, i) =>
      comment(`constraint ${id(name)} on ${sql}`, commentText(kind, i)),
    ),
    ...grantsOf(making, table),
    ...views.flatMap((view) => view.statements),
  ];
  const relations = [
    ...(spec.comment === 'omit' ? [] : [relationOf(making, table)]),
    ...(heir === null ? [] : [heirOf(making, table, heir)]),
    ...views.flatMap((view) => view.relations),
  ];
  return { statements, relations, shapes: spec.views };
}

function viewOf(making: Making, { sql, columns }: MadeTable, kind: string): Parts {
  const { schema, role, mark } = making;
  const name = making.relationName();
  const view = `${schema}.${id(name)}`;
  const isStored = kind === 'materialized' || kind === 'empty';
  const isKeyed = kind === 'keyed view' && /^[a-z_]\w*$/.test(mark);
  const statements = [
    `create ${isStored ? 'materialized ' : ''}view ${view} as select * from ${sql}${kind === 'empty' ? ' with no data' : ''}`,
    ...(isKeyed ? [`comment on view ${view} is '@key (${mark})'`] : []),
    `grant select on ${view} to ${role}`,
  ];
  const relation: Relation = {
    ...{ ...bare, name, mark, kind, isEmpty: kind === 'empty', keys: isKeyed ? [[mark]] : [], hasPrimary: isKeyed },
    columns: columns.map((column) =>
      modelColumn({ ...column, nullable: !(isKeyed && column.name === mark) }, readOnly),
    ),
  };
  return { statements, relations: [relation], shapes: [] };
}
