import { required } from '../errors.ts';
import { assign } from './assign.ts';
import type { Catalog, Table } from './catalog.ts';
import type { Composite, DbFunction } from './dbFunction.ts';
import { computedOn } from './functions.ts';
import { listFamily } from './nameFamilies.ts';
import { pathKey } from './paths.ts';
import { fieldName, typeCase } from './words.ts';

/** The GraphQL names that functions need. */
export interface FunctionNames {
  /** The field of a function, of a query, of mutations or of a table's type. */
  readonly call: (fn: DbFunction) => string;
  /** The arguments of its field, in the order of its parameters; `taken` are the field's own. */
  readonly parameters: (fn: DbFunction, taken: readonly string[]) => readonly string[];
  /** The object type of what it returns, where that is not a table's. */
  readonly record: (fn: DbFunction) => string;
  /** The input type of rows. */
  readonly rowInput: (composite: Composite) => string;
  /** The fields of a composite type, or of the columns of a function's own, in their order. */
  readonly members: (members: Composite['members']) => readonly string[];
}

interface Given {
  readonly catalog: Catalog;
  readonly names: ReadonlyMap<string, string>;
  readonly typeOf: (table: Table) => string;
  /** The names that tables and enums have already: those of types, and those of fields by where they are. */
  readonly types: readonly string[];
  readonly fields: (place: string) => { readonly reserved: readonly string[]; readonly taken: readonly string[] };
}

/** Where the field of a function is: at a root, or on a table. */
const placeOf = (catalog: Catalog, fn: DbFunction): string =>
  computedOn(catalog, fn) ?? (fn.isVolatile ? mutationPlace : queryPlace);

export const queryPlace = 'Query ';
export const mutationPlace = 'Mutation ';

/** Names functions after all that tables have, whose names they never change. */
export function nameFunctions({ catalog, names, typeOf, types, fields }: Given): FunctionNames {
  const nameOf = (fn: DbFunction) => names.get(pathKey('function', fn.signature)) ?? fn.name;
  const calls = new Map<string, string>();
  const places = Map.groupBy(catalog.functions, (fn) => placeOf(catalog, fn));
  for (const [place, functions] of places) {
    const { reserved, taken } = fields(place);
    const wanted = functions.map((fn) => ({
      key: fn.signature,
      from: nameOf(fn),
      name: fieldName(nameOf(fn) + overloadSuffix(fn, functions, nameOf)),
      family: fn.returnsSet && fn.result.kind === 'table' ? listFamily : [],
    }));
    for (const [signature, name] of assign(wanted, reserved, taken)) calls.set(signature, name);
  }
  const rowName = ({ id, name }: Composite) => names.get(pathKey('composite', id)) ?? name;
  const tableNamed = (name: string) => catalog.tables.find((table) => table.name === name);
  const rows = assign(
    [
      ...catalog.composites.flatMap((composite) => {
        const table = composite.table === null ? null : tableNamed(composite.table);
        const name = table ? typeOf(table) : typeCase(rowName(composite));
        return [
          { key: `input ${composite.id}`, from: '', name: `${name}Input` },
          ...(composite.table === null ? [{ key: `record ${composite.id}`, from: rowName(composite), name }] : []),
        ];
      }),
      ...catalog.functions.flatMap((fn) =>
        fn.result.kind === 'record' && fn.result.composite === null
          ? [{ key: `record ${fn.signature}`, from: '', name: `${typeCase(calls.get(fn.signature) ?? '')}Result` }]
          : [],
      ),
    ],
    [],
    types,
  );
  return {
    call: (fn) => required(calls, fn.signature),
    parameters(fn, taken) {
      const wanted = fn.parameters.map(({ name }, i) => ({
        key: String(i),
        from: name ?? '',
        name: fieldName(name ?? `arg${i + 1}`),
      }));
      return [...namesInOrder(wanted, taken)];
    },
    record: ({ result, signature }) =>
      required(rows, `record ${result.kind === 'record' && result.composite !== null ? result.composite : signature}`),
    rowInput: ({ id }) => required(rows, `input ${id}`),
    members: (members) =>
      namesInOrder(
        members.map(({ name }, i) => ({ key: String(i), from: name, name: fieldName(name) })),
        [],
      ),
  };
}

function namesInOrder(wanted: Parameters<typeof assign>[0], taken: readonly string[]): readonly string[] {
  const names = assign(wanted, taken);
  return wanted.map(({ key }) => required(names, key));
}

/**
 * Of several functions with one name in one place the one with the fewest parameters has it, of these the first in the
 * order of bytes of their types; each other adds its own types, so that it keeps its name whatever comes and goes.
 */
function overloadSuffix(fn: DbFunction, all: readonly DbFunction[], nameOf: (fn: DbFunction) => string): string {
  const namesakes = all.filter((other) => nameOf(other) === nameOf(fn));
  const [first] = namesakes.toSorted(
    (a, b) =>
      a.parameters.length - b.parameters.length || Buffer.compare(Buffer.from(a.signature), Buffer.from(b.signature)),
  );
  return first === fn ? '' : `_by_${fn.parameters.map(({ type }) => wordOf(type)).join('_')}`;
}

const wordOf = ({ name, item }: DbFunction['parameters'][number]['type']): string =>
  item ? `${item.name}_list` : name;
