import type { MadeColumn } from './made.ts';
import type { CommentKind, TableSpec } from './shapes.ts';
import { builtinCalled, type TypeMaker } from './types.ts';

/** Returns a function that finds an unused name each time: one of `names` as long as there are any. */
export function createNamer(names: readonly string[], taken: Iterable<string> = [], start = 0): () => string {
  const used = new Set(taken);
  let next = start;
  return () => {
    for (let tries = 0; tries < names.length; tries++) {
      const name = names[next++ % names.length] ?? '';
      if (!used.has(name)) return note(name);
    }
    for (let n = 1; ; n++) if (!used.has(`n${n}`)) return note(`n${n}`);
  };
  function note(name: string): string {
    used.add(name);
    return name;
  }
}

const [int4, int8] = [builtinCalled('int4'), builtinCalled('int8')];

/** Makes the columns of a table, without its mark and the columns of its references. */
export function ownColumns(
  { columns, storage, grant, hidden }: TableSpec,
  { types, schema, nextName }: { readonly types: TypeMaker; readonly schema: string; readonly nextName: () => string },
): MadeColumn[] {
  return columns.map((column, i) => {
    // An inheriting table has no identity columns of its own.
    const isIdentity = column.source === 'always' || column.source === 'by default';
    const source = isIdentity && storage === 'heirs' ? 'none' : column.source;
    const type = types.of(source === 'generated' ? int4 : isIdentity && source !== 'none' ? int8 : column.type);
    const isText = type.what === 'text' || type.what === 'varchar(20)';
    const collations = { none: '', C: 'collate pg_catalog."C"', loose: `collate ${schema}.loose` };
    return {
      name: nextName(),
      type,
      nullable: column.nullable && source !== 'always' && source !== 'by default',
      source,
      collation: isText ? collations[column.collation] : '',
      comment: column.comment,
      isHidden: grant === 'columns' && hidden.includes(i),
    };
  });
}

/** Returns the text of a comment; null for none. `n` tells comments of one kind apart. */
export function commentText(kind: CommentKind, n: number): string | null {
  const given = ['query', 'node', 'Where', 'edges'][n % 4];
  const texts: Readonly<Record<CommentKind, string | null>> = {
    none: null,
    text: `What's "this"?\n"""\\ of ${n}`,
    name: `@name ${given}`,
    deprecated: 'Of old\n@deprecated since now',
    omit: 'Not for all\n@omit',
    unknown: '@nonsense (a, b)\nA word',
  };
  return texts[kind];
}
