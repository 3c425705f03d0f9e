import { isReferable } from './keys.ts';
import type { MadeColumn, MadeTable } from './made.ts';
import type { Making } from './making.ts';
import type { ModelColumn, Relation } from './model.ts';

const isSet = ({ source }: MadeColumn) => source !== 'generated' && source !== 'always';
/** Tells whether the API serves a column. */
const isVisible = ({ isHidden, comment }: MadeColumn) => !isHidden && comment !== 'omit';

/** Returns the columns that a grant by columns allows to update: every second one. */
export const updated = (columns: readonly MadeColumn[]) => columns.filter((_, i) => i % 2 === 0);

export const modelColumn = (column: MadeColumn, may: Pick<ModelColumn, 'mayInsert' | 'mayUpdate'>): ModelColumn => ({
  name: column.name,
  type: column.type,
  nullable: column.nullable,
  isLoose: column.collation.endsWith('loose'),
  mayInsert: may.mayInsert && isSet(column),
  mayUpdate: may.mayUpdate && isSet(column),
});

export const readOnly = { mayInsert: false, mayUpdate: false };

/** Returns what the API should have for a table. */
export function relationOf({ mark }: Making, table: MadeTable): Relation {
  const { spec, columns, keys, name } = table;
  const visible = columns.filter(isVisible);
  const all = (some: readonly MadeColumn[]) => some.every((column) => visible.includes(column));
  const found = keys.filter(
    (key) => spec.storage !== 'heirs' && isReferable(key) && key.comment !== 'omit' && all(key.columns),
  );
  const primary = found.find(({ kind }) => kind === 'primary');
  const others = found.filter((key) => key !== primary && key.columns.every(({ nullable }) => !nullable));
  const mayInsert = spec.grant !== 'read' && columns.every((c) => isVisible(c) || c.nullable || c.source !== 'none');
  const changed = new Set(
    spec.grant === 'all' ? columns : spec.grant === 'read' ? [] : updated(columns.filter((c) => !c.isHidden)),
  );
  return {
    ...{ name, mark, kind: spec.storage, isEmpty: false, isSecured: spec.storage === 'secured', mayInsert },
    columns: visible.map((c) => modelColumn(c, { mayInsert: spec.grant !== 'read', mayUpdate: changed.has(c) })),
    keys: [...(primary ? [primary] : []), ...others].map((key) => key.columns.map((column) => column.name)),
    hasPrimary: primary !== undefined,
    mayDelete: spec.grant === 'all',
    references: table.references.flatMap(({ columns, target, key, comment }) => {
      const other = target === 'self' ? table : target;
      const isServed =
        other.spec.comment !== 'omit' && comment !== 'omit' && all(columns) && key.columns.every(isVisible);
      const names = (some: readonly MadeColumn[]) => some.map((column) => column.name);
      return isServed ? [{ columns: names(columns), to: other.name, targets: names(key.columns) }] : [];
    }),
  };
}

export const bare = {
  keys: [],
  hasPrimary: false,
  references: [],
  isEmpty: false,
  isSecured: false,
  mayInsert: false,
  mayDelete: false,
};

/** Returns what the API should have for an heir, which inherits all columns but neither keys nor comments. */
export const heirOf = ({ mark }: Making, { columns }: MadeTable, name: string): Relation => ({
  ...{ ...bare, name, mark, kind: 'heir' },
  columns: columns.map((column) => modelColumn(column, readOnly)),
});
