import pg from 'pg';
import { createNamer } from './columns.ts';
import type { MadeColumn, MadeTable } from './made.ts';
import type { Making } from './making.ts';
import { type Call, type FunctionKind, type ModelFunction, mutationPlace, queryPlace, type Relation } from './model.ts';
import type { FunctionSpec } from './shapes.ts';
import { builtinCalled, type HostileType } from './types.ts';

const id = pg.escapeIdentifier;
const literal = pg.escapeLiteral;

/** The functions of a schema: the statements that make them, and those that the API is to serve. */
export interface MadeFunctions {
  readonly statements: readonly string[];
  readonly functions: readonly ModelFunction[];
  readonly shapes: readonly string[];
}

/** A function before its name and number are known. */
interface Draft {
  readonly kind: FunctionKind;
  readonly place: string;
  /** Parameters and result as they are declared, and the query in the body. */
  readonly parameters: readonly Parameter[];
  readonly returns: string;
  readonly body: (number: number) => string;
  readonly volatility: 'immutable' | 'stable' | 'volatile';
  readonly result: ModelFunction['result'];
  readonly rows?: MadeTable;
  readonly calls: (number: number) => readonly Call[];
  readonly directives?: readonly string[];
  readonly isStrict?: boolean;
  /** True if the function needs rights that the role lacks. */
  readonly isDefiner?: boolean;
  /** False if the API cannot serve the function, whatever is granted. */
  readonly isServed?: boolean;
}

interface Parameter {
  readonly type: string;
  readonly default?: string;
}

/** Makes the functions of a specification, after the tables. */
export function functionsOf(
  making: Making,
  tables: readonly MadeTable[],
  relations: readonly Relation[],
): MadeFunctions {
  const { schema, role, spec } = making;
  const nextName = createNamer(spec.names, [], 7);
  const statements: string[] = [];
  const functions: ModelFunction[] = [];
  const shapes: string[] = [];
  let number = 0;
  const define = (draft: Draft, name: string, { exposed, language }: FunctionSpec) => {
    const n = number++;
    const { kind, place, parameters, result, rows, volatility } = draft;
    const nextParameter = createNamer(spec.names, [], n);
    const list = parameters.map(
      ({ type, default: value }) => `${id(nextParameter())} ${type}${value === undefined ? '' : ` default ${value}`}`,
    );
    const signature = `${schema}.${id(name)}(${parameters.map(({ type }) => type).join(', ')})`;
    const isDefiner = draft.isDefiner || rows?.columns.some(({ isHidden }) => isHidden);
    const inPlpgsql = language === 'plpgsql' && kind === 'rows';
    const body = inPlpgsql ? `begin return query ${draft.body(n)}; end` : draft.body(n);
    const lines = [`function ${n}`, ...(exposed === 'grant' ? [] : ['@expose']), ...(draft.directives ?? [])];
    statements.push(
      `create function ${schema}.${id(name)}(${list.join(', ')}) returns ${draft.returns} ${volatility}
        ${draft.isStrict ? 'strict' : ''} ${isDefiner ? 'security definer' : ''} ${draft.returns.startsWith('setof') ? 'rows 20' : ''}
        language ${inPlpgsql ? 'plpgsql' : 'sql'} as ${literal(body)}`,
      `comment on function ${signature} is ${exposed === 'nothing' ? literal(`function ${n}`) : literal(lines.join('\n'))}`,
      ...(exposed === 'grant' ? [`grant execute on function ${signature} to ${role}`] : []),
      ...(exposed === 'withheld' ? [`revoke execute on function ${signature} from public`] : []),
    );
    const isExposed = exposed === 'grant' || exposed === 'directive';
    if (!isExposed || draft.isServed === false) return;
    functions.push({
      ...{ kind, name, number: n, place, result, directives: draft.directives ?? [] },
      ...{ from: `${schema}.${id(name)}`, calls: draft.calls(n) },
      ...(rows && { rows: rows.name }),
    });
  };
  for (const one of spec.functions) {
    const name = nextName();
    const drafts = draftsOf(making, one, tables, relations);
    // A function that is not exposed can still be the one that PostgreSQL chooses.
    const others = one.language === 'sql' ? one : ({ ...one, exposed: 'nothing' } as const);
    drafts.forEach((draft, i) => void define(draft, name, i === 0 ? one : others));
    if (one.kind === 'rows') shapes.push(`function key: ${one.key}`);
    if (one.kind === 'defaults') shapes.push(`overload: ${one.overload}`);
    if (one.exposed === 'nothing' || one.exposed === 'withheld') shapes.push(`function: exposed by ${one.exposed}`);
  }
  return { statements, functions, shapes };
}

/** Rows are inputs of other forms, so values are not. */
const hasRow = ({ what }: HostileType) => what.includes('row');

const asked = (type: HostileType, text: string | null) => ({ type, text });

function draftsOf(
  { types, mark }: Making,
  spec: FunctionSpec,
  tables: readonly MadeTable[],
  relations: readonly Relation[],
): readonly Draft[] {
  const int4 = types.of(builtinCalled('int4'));
  const text = types.of(builtinCalled('text'));
  const made = types.of(spec.type);
  const type = hasRow(made) ? int4 : made;
  const table = tables[spec.table % tables.length] as MadeTable;
  const other = tables[(spec.table + 1) % tables.length] as MadeTable;
  const relation = relations.find(({ name }) => name === table.name);
  const isShown = (one: MadeTable) => one.spec.comment !== 'omit';
  const isWhole = table.spec.grant !== 'columns';
  const onQuery = { place: queryPlace, volatility: 'stable' } as const;
  const rowsOf = ({ sql }: MadeTable, rest = '') => `select r.* from ${sql} r ${rest}`;
  switch (spec.kind) {
    case 'value': {
      const values = [...type.values.slice(0, 2), ...(spec.isStrict ? [] : [null])];
      return [
        {
          ...{ ...onQuery, kind: 'value', returns: type.sql, isStrict: spec.isStrict, volatility: 'immutable' },
          parameters: [{ type: type.sql }],
          body: () => 'select $1',
          result: { kind: 'value', type },
          calls: () => values.map((value) => ({ given: [asked(type, value)] })),
        },
      ];
    }
    case 'defaults':
      return overloadsOf(spec, int4, text);
    case 'computed': {
      const columns = table.columns.filter((column) => !hasRow(column.type));
      const column = columns[spec.table % columns.length] as MadeColumn;
      return [
        {
          ...{ place: table.name, volatility: 'stable', kind: 'computed', returns: column.type.sql },
          parameters: [{ type: table.sql }, ...(spec.isStrict ? [{ type: 'int4', default: '3' }] : [])],
          body: () => `select ($1).${id(column.name)}`,
          result: { kind: 'value', type: column.type },
          directives: ['@filterable', ...(column.type.ordered ? ['@sortable'] : [])],
          isServed: isShown(table) && isWhole,
          calls: () => [{ given: [] }],
        },
      ];
    }
    case 'rows':
      return [
        {
          ...{ ...onQuery, kind: 'rows', returns: `setof ${table.sql}` },
          parameters: spec.isStrict ? [{ type: 'int4', default: '2' }] : [],
          body: () =>
            rowsOf(table, `where r.${id(mark)} % ${spec.isStrict ? '$1' : '2'} = 0 order by r.${id(mark)} desc`),
          result: { kind: 'rows' },
          rows: table,
          directives: keyOf(spec, table, mark),
          isServed: isShown(table),
          calls: () => [],
        },
      ];
    case 'written': {
      const emptied = table.columns.find((column) => column.nullable && isPlain(table, column));
      const set = emptied ? `${id(emptied.name)} = null` : `${id(mark)} = ${id(mark)}`;
      return [
        {
          ...{ kind: 'written', place: mutationPlace, volatility: 'volatile', returns: `setof ${table.sql}` },
          parameters: [],
          body: () => `update ${table.sql} set ${set} where ${id(mark)} % 2 = 0 returning *`,
          result: { kind: 'rows' },
          rows: table,
          isDefiner: table.spec.grant !== 'all',
          isServed: isShown(table),
          calls: () => [],
        },
      ];
    }
    case 'related':
      return [
        {
          ...{ place: table.name, volatility: 'stable', kind: 'related', returns: `setof ${other.sql}` },
          parameters: [{ type: table.sql }],
          body: () => rowsOf(other, `where r.${id(mark)} <= ($1).${id(mark)}`),
          result: { kind: 'rows' },
          rows: other,
          isServed: isShown(table) && isShown(other) && isWhole && relation?.hasPrimary === true,
          calls: () => [{ given: [] }],
        },
      ];
    case 'row':
      return [
        {
          ...{ ...onQuery, kind: 'row', returns: table.sql },
          parameters: [],
          body: () => rowsOf(table, `order by r.${id(mark)} desc limit 1`),
          result: { kind: 'row' },
          rows: table,
          isServed: isShown(table),
          calls: () => [{ given: [] }],
        },
      ];
    case 'record':
      return [
        {
          ...{ ...onQuery, kind: 'record', volatility: 'immutable' },
          returns: `table (${id('a value')} ${type.sql}, ${id('n')} int4)`,
          parameters: [{ type: type.sql }],
          body: () => 'select $1, n from generate_series(1, 3) n',
          result: { kind: 'record', type },
          calls: () => type.values.slice(0, 1).map((value) => ({ given: [asked(type, value)] })),
        },
      ];
    case 'change':
      return [
        {
          ...{ kind: 'change', place: mutationPlace, volatility: 'volatile', returns: 'int4' },
          parameters: [{ type: 'int4' }, { type: 'int4', default: '4' }],
          body: (n) => `select $1 * 10 + $2 + ${n} * 1000`,
          result: { kind: 'number' },
          calls: (n) => [
            { given: [asked(int4, '2')], expected: n * 1000 + 24 },
            { given: [asked(int4, '2'), asked(int4, '5')], expected: n * 1000 + 25 },
          ],
        },
      ];
    case 'nothing':
      return [
        {
          ...{ kind: 'nothing', place: mutationPlace, volatility: 'volatile', returns: 'void' },
          parameters: [],
          body: () => 'select',
          result: { kind: 'number' },
          calls: () => [{ given: [], expected: true }],
        },
      ];
  }
}

/** Returns the directive that declares the key of a function's rows, if they have one. */
function keyOf({ key }: FunctionSpec, { columns }: MadeTable, mark: string): readonly string[] {
  // A directive is a line.
  if (key === 'none' || /[\n\r\u2028\u2029]/.test(mark)) return [];
  const other = columns.find((column) => column.type.ordered && /^[a-z]\w*$/.test(column.name) && column.name !== mark);
  const second = key === 'mark and another' && other ? [id(other.name)] : [];
  return [`@key (${[key === 'unknown' ? id(`no ${mark}`) : id(mark), ...second].join(', ')})`];
}

/** Tells whether a column may be set to anything: it is in no key and no foreign key, and has no source. */
const isPlain = ({ keys, references }: MadeTable, column: MadeColumn): boolean =>
  column.source === 'none' && ![...keys, ...references].some(({ columns }) => columns.includes(column));

/** A function with defaults, and others with its name: a shorter one, one of other types, or none. */
function overloadsOf({ overload }: FunctionSpec, int4: HostileType, text: HostileType): readonly Draft[] {
  const common = { kind: 'defaults', place: queryPlace, volatility: 'immutable', returns: 'int4' } as const;
  const number = (text: string | null) => asked(int4, text);
  const result = { kind: 'number' } as const;
  const isShadowed = overload === 'shorter';
  const defaulted: Draft = {
    ...common,
    parameters: [{ type: 'int4' }, { type: 'int4', default: '3' }, { type: 'int4', default: '5' }],
    body: (n) => `select $1 * 100 + $2 * 10 + $3 + ${n} * 1000`,
    result,
    calls: (n) => [
      { given: [number('1'), number('2'), number('4')], expected: n * 1000 + 124 },
      { given: [number('1'), number(null), number('4')], expected: null },
      ...(isShadowed
        ? []
        : [
            { given: [number('1')], expected: n * 1000 + 135 },
            { given: [number('1'), number('2')], expected: n * 1000 + 125 },
            { given: [number('1'), undefined, number('4')], expected: n * 1000 + 134 },
          ]),
    ],
  };
  const shorter: Draft = {
    // PostgreSQL refuses its calls as ambiguous.
    ...{ ...common, parameters: [{ type: 'int4' }], body: (n) => `select $1 + ${n} * 1000`, result, isServed: false },
    calls: () => [],
  };
  const different: Draft = {
    ...{ ...common, parameters: [{ type: 'text' }, { type: 'int4', default: '3' }], result },
    body: (n) => `select length($1) + $2 + ${n} * 1000`,
    calls: (n) => [{ given: [asked(text, 'abcd')], expected: n * 1000 + 7 }],
  };
  const others: Readonly<Record<FunctionSpec['overload'], readonly Draft[]>> = {
    none: [],
    shorter: [shorter],
    different: [different],
  };
  return [defaulted, ...others[overload]];
}
