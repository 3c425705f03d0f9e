import { hasDirective } from '../../catalog/comment.ts';
import type {
  Composite,
  DbFunction,
  FunctionResult,
  FunctionTraits,
  Parameter,
  RowMember,
} from '../../catalog/dbFunction.ts';
import type { Type } from '../../catalog/type.ts';
import type { Db } from '../db.ts';
import { extensionOf } from '../sql/extension.ts';
import { eq, ne, own, sql } from '../sql/sql.ts';
import { findAll } from './found.ts';
import { isAmbiguous, omittable } from './overloads.ts';

export interface FoundFunction extends FunctionTraits {
  /** The modes, names and types of its parameters and of the columns that it returns; without modes all are parameters. */
  readonly modes: readonly string[] | null;
  readonly names: readonly string[] | null;
  readonly types: readonly string[];
  /** The quoted, qualified names of these types. */
  readonly declared: readonly string[];
  /** The number of arguments, at the end, that a call may omit. */
  readonly defaults: number;
  readonly returns: string;
  readonly returnsNothing: boolean;
  /** The reason why the API cannot serve the function, whatever is granted; null if it can. */
  readonly obstacle: string | null;
  /**
   * True if EXECUTE was granted by name to the API's role or a role it belongs to; PUBLIC and the owner do not count.
   */
  readonly isGranted: boolean;
  readonly mayExecute: boolean;
}

/** Tells whether EXECUTE on the function `p` was granted by name to this session's role or a role it belongs to. */
const isGranted = sql`exists (
  select from pg_catalog.aclexplode(p.proacl) a
  where a.privilege_type ${eq} 'EXECUTE' and a.grantee ${ne} 0 and a.grantee ${ne} p.proowner
    and pg_catalog.pg_has_role(a.grantee, 'usage'))`;

const types = sql`coalesce(p.proallargtypes, p.proargtypes::pg_catalog.oid[])`;

/** Tells whether the function `p` has output parameters, which declare the columns of its record. */
const hasOutputs = sql`coalesce(p.proargmodes::pg_catalog.text[] ${own('&&')} '{o,b,t}', false)`;

/** Tells whether the function `p` has a pseudo-type: polymorphic, internal, or a record without declared columns. */
const hasPseudoType = sql`exists (
  select from pg_catalog.pg_type t
  where t.typtype ${eq} 'p' and (t.oid ${eq} any (${types}) or (
    t.oid ${eq} p.prorettype and t.oid ${ne} 'pg_catalog.void'::pg_catalog.regtype
    and not (t.oid ${eq} 'pg_catalog.record'::pg_catalog.regtype and ${hasOutputs}))))`;

/** Quoted name of the function `p` with the types of its parameters, as GRANT takes it. */
export const signature = sql`pg_catalog.concat(pg_catalog.quote_ident(p.proname), '(', (
  select pg_catalog.string_agg(pg_catalog.format('%I.%I', s.nspname, t.typname), ', ' order by u.n)
  from pg_catalog.unnest(p.proargtypes::pg_catalog.oid[]) with ordinality u(id, n)
  join pg_catalog.pg_type t on t.oid ${eq} u.id join pg_catalog.pg_namespace s on s.oid ${eq} t.typnamespace), ')')`;

/** Selects the reason why the API cannot serve the function `p`, whatever is granted; null if it can. */
export const obstacle = sql`case
  when p.prokind ${ne} 'f' then 'it is a procedure, an aggregate or a window function'
  when p.prorettype ${eq} any ('{pg_catalog.trigger,pg_catalog.event_trigger}'::pg_catalog.regtype[]) then 'it is for triggers'
  when ${extensionOf('pg_proc', sql`p.oid`)} is not null then pg_catalog.concat('it belongs to the extension ', ${extensionOf('pg_proc', sql`p.oid`)})
  when p.provariadic ${ne} 0 then 'it is VARIADIC'
  when ${isAmbiguous} then 'a call with all its arguments is ambiguous: a function with the same name has further parameters, which have defaults'
  when ${hasPseudoType} then 'one of its parameters or results has a pseudo-type, such as anyelement' end`;

/** Tells whether PostgreSQL may replace a call of the function `p` by the query in its body. */
const mayBeInlined = sql`l.lanname ${eq} 'sql' and p.proretset and p.provolatile ${ne} 'v' and not p.proisstrict
  and not p.prosecdef and p.proconfig is null
  and (p.prosqlbody is not null or not p.prosrc ${own('~')} ';\\s*\\S')`;

/** Selects the functions of the schema, by name. */
export const findFunctions = (db: Db, schema: string): Promise<readonly FoundFunction[]> =>
  findAll(
    db,
    sql`
    select p.proname as name, pg_catalog.obj_description(p.oid, 'pg_proc') as comment,
      p.provolatile ${eq} 'v' as "isVolatile", p.proisstrict as "isStrict", p.proretset as "returnsSet",
      p.prorows as "expectedRows", ${mayBeInlined} as "mayBeInlined",
      p.proargmodes::pg_catalog.text[] as modes, p.proargnames as names,
      ${signature} as signature, ${types}::pg_catalog.text[] as types, ${omittable} as defaults,
      (select coalesce(pg_catalog.json_agg(pg_catalog.format('%I.%I', s.nspname, t.typname) order by u.n), '[]')
        from pg_catalog.unnest(${types}) with ordinality u(id, n)
        join pg_catalog.pg_type t on t.oid ${eq} u.id join pg_catalog.pg_namespace s on s.oid ${eq} t.typnamespace) as declared,
      p.prorettype::pg_catalog.text as returns, p.prorettype ${eq} 'pg_catalog.void'::pg_catalog.regtype as "returnsNothing",
      ${obstacle} as obstacle, ${isGranted} as "isGranted", pg_catalog.has_function_privilege(p.oid, 'execute') as "mayExecute"
    from pg_catalog.pg_proc p
    join pg_catalog.pg_language l on l.oid ${eq} p.prolang
    join pg_catalog.pg_namespace n on n.oid ${eq} p.pronamespace
    where n.nspname ${eq} ${schema} and pg_catalog.has_schema_privilege(n.oid, 'usage')
    order by p.proname collate pg_catalog."C", p.pronargs, p.proargtypes::pg_catalog.text collate pg_catalog."C"`,
  );

/** Tells whether the API serves a function: EXECUTE was granted by name, or its comment has `@expose`. */
export const isServedFunction = ({ obstacle, mayExecute, isGranted, comment }: FoundFunction): boolean =>
  obstacle === null && mayExecute && (isGranted || hasDirective(comment, 'expose'));

/** Returns the types that functions take and return. */
export const typesOfFunctions = (functions: readonly FoundFunction[]): readonly string[] => [
  ...new Set(
    functions.flatMap(({ types, returns, returnsNothing, modes }) => [
      ...types,
      ...(returnsNothing || modes ? [] : [returns]),
    ]),
  ),
];

/** Returns the function that the API calls; null if it cannot express one of the parameters or results. */
export function functionOf(
  found: FoundFunction,
  typeOf: (id: string) => Type,
  composites: readonly Composite[],
): DbFunction | null {
  const { modes, names, types, declared, defaults, returns, returnsNothing } = found;
  const all = types.map((type, i) => ({
    type,
    declared: declared[i] ?? '',
    name: names?.[i] || null,
    mode: modes?.[i] ?? 'i',
  }));
  const inputs = all.filter(({ mode }) => mode === 'i' || mode === 'b');
  const parameters = inputs.map(
    ({ name, type, declared }, i): Parameter => ({
      name,
      type: typeOf(type),
      declared,
      hasDefault: i >= inputs.length - defaults,
    }),
  );
  const outputs = all
    .filter(({ mode }) => mode === 'o' || mode === 'b' || mode === 't')
    .map(({ name, type }, i): RowMember => ({ name: name ?? `column${i + 1}`, type: typeOf(type) }));
  const isKnown = ({ type }: { readonly type: Type }) =>
    !(type.item ?? type).isRow || composites.some(({ id }) => id === (type.item ?? type).sql);
  const type = returnsNothing ? null : (outputs[0]?.type ?? typeOf(returns));
  const result = resultOf(type, outputs, composites);
  if (!result || !parameters.every(isKnown) || (found.returnsSet && result.kind === 'value' && result.type.item))
    return null;
  const { name, signature, comment, isVolatile, isStrict, returnsSet, expectedRows, mayBeInlined } = found;
  return {
    name,
    signature,
    comment,
    isVolatile,
    isStrict,
    parameters,
    result,
    returnsSet,
    expectedRows,
    mayBeInlined,
  };
}

function resultOf(
  type: Type | null,
  outputs: readonly RowMember[],
  composites: readonly Composite[],
): FunctionResult | null {
  if (!type) return { kind: 'nothing' };
  if (outputs.length > 1) return { kind: 'record', composite: null, members: outputs };
  if (!type.isRow) return { kind: 'value', type };
  const composite = composites.find(({ id }) => id === type.sql);
  if (!composite) return null;
  const { id, table, members } = composite;
  if (table === null) return { kind: 'record', composite: id, members };
  return { kind: 'table', table, columns: members.map(({ name }) => name) };
}
