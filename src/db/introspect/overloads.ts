import { eq, gt, gte, lt, lte, ne, own, type Sql, sql, trusted } from '../sql/sql.ts';

const minus = own('-');

/** Selects how many parameters of the function with this alias have no default. */
const required = (fn: 'p' | 'o'): Sql => sql`(${trusted(fn)}.pronargs ${minus} ${trusted(fn)}.pronargdefaults)`;

/** Tells whether there is another function `o` with the name of `p` and the same types in its first parameters. */
const hasOverload = (count: Sql, condition: Sql): Sql => {
  const types = (fn: 'p' | 'o') => sql`(${trusted(fn)}.proargtypes::pg_catalog.oid[])[0:(${count} ${minus} 1)]`;
  return sql`exists (
    select from pg_catalog.pg_proc o
    where o.pronamespace ${eq} p.pronamespace and o.proname ${eq} p.proname and o.oid ${ne} p.oid
      and ${types('o')} ${eq} ${types('p')} and ${condition})`;
};

/**
 * Tells whether PostgreSQL refuses a call of the function `p` with all its arguments as ambiguous, because another
 * function takes the same arguments and has defaults for the rest.
 */
export const isAmbiguous = hasOverload(
  sql`p.pronargs`,
  sql`o.pronargs ${gt} p.pronargs and ${required('o')} ${lte} p.pronargs`,
);

/**
 * Selects how many arguments of the function `p` a call may omit: none if the call could then be ambiguous or reach
 * another function.
 */
export const omittable = sql`case when ${hasOverload(
  required('p'),
  sql`o.pronargs ${gte} ${required('p')} and ${required('o')} ${lt} p.pronargs`,
)} then 0 else p.pronargdefaults end`;
