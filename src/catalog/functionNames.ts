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
  /** Returns the name of a function's field, which belongs to Query, Mutation or a table's type. */
  readonly call: (fn: DbFunction) => string;
  /** Returns the names of its arguments, in the order of its parameters; `taken` are names of other arguments. */
  readonly parameters: (fn: DbFunction, taken: readonly string[]) => readonly string[];
  /** Returns the name of its result's object type, if that is not a table's. */
  readonly record: (fn: DbFunction) => string;
  /** Returns the name of the input type for rows. */
  readonly rowInput: (composite: Composite) => string;
  /**
   * Returns the names of the fields for a composite type's members, or for columns that a function declares, in order.
   */
  readonly members: (members: Composite['members']) => readonly string[];
}

interface Given {
  readonly catalog: Catalog;
  readonly names: ReadonlyMap<string, string>;
  readonly typeOf: (table: Table) => string;
  /** Names of types that are already taken. */
  readonly types: readonly string[];
  /** Returns the names of fields that are reserved or already taken in a place. */
  readonly fields: (place: string) => { readonly reserved: readonly string[]; readonly taken: readonly string[] };
}

/** Returns the place of a function's field: a root type, or a table. */
const placeOf = (catalog: Catalog, fn: DbFunction): string =>
  computedOn(catalog, fn) ?? (fn.isVolatile ? mutationPlace : queryPlace);

/** Places of root fields. The space keeps them apart from a table `Query` or `Mutation`. */
export const queryPlace = 'Query ';
export const mutationPlace = 'Mutation ';

/** Names functions last, so that they never change the names of tables and their fields. */
export function nameFunctions(given: Given): FunctionNames {
  const calls = nameCalls(given);
  const call = (fn: DbFunction) => required(calls, fn.signature);
  const rows = nameRows(given, call);
  return {
    call,
    parameters(fn, taken) {
      const wanted = fn.parameters.map(({ name }, i) => ({
        key: String(i),
        from: name ?? '',
        name: fieldName(name ?? `arg${i + 1}`),
      }));
      return namesInOrder(wanted, taken);
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

/** Names the fields of functions, by signature. */
function nameCalls({ catalog, names, fields }: Given): ReadonlyMap<string, string> {
  const nameOf = (fn: DbFunction) => names.get(pathKey('function', fn.signature)) ?? fn.name;
  const places = Map.groupBy(catalog.functions, (fn) => placeOf(catalog, fn));
  const calls = [...places].flatMap(([place, functions]) => {
    const { reserved, taken } = fields(place);
    const wanted = functions.map((fn) => ({
      key: fn.signature,
      from: nameOf(fn),
      name: fieldName(nameOf(fn) + overloadSuffix(fn, functions, nameOf)),
      family: fn.returnsSet && fn.result.kind === 'table' ? listFamily : [],
    }));
    return [...assign(wanted, reserved, taken)];
  });
  return new Map(calls);
}

/** Names the types of rows that functions take and return. */
function nameRows({ catalog, names, typeOf, types }: Given, call: FunctionNames['call']): ReadonlyMap<string, string> {
  const tables = new Map(catalog.tables.map((table) => [table.name, table]));
  const composites = catalog.composites.flatMap(({ id, name: original, table }) => {
    const from = names.get(pathKey('composite', id)) ?? original;
    const known = table === null ? undefined : tables.get(table);
    const name = known ? typeOf(known) : typeCase(from);
    return [
      { key: `input ${id}`, from: '', name: `${name}Input` },
      ...(table === null ? [{ key: `record ${id}`, from, name }] : []),
    ];
  });
  const results = catalog.functions
    .filter(({ result }) => result.kind === 'record' && result.composite === null)
    .map((fn) => ({ key: `record ${fn.signature}`, from: '', name: `${typeCase(call(fn))}Result` }));
  return assign([...composites, ...results], [], types);
}

function namesInOrder(wanted: Parameters<typeof assign>[0], taken: readonly string[]): readonly string[] {
  const names = assign(wanted, taken);
  return wanted.map(({ key }) => required(names, key));
}

/**
 * Returns the suffix that distinguishes overloads, the functions with the same name and place. The overload with the
 * fewest parameters has none; among equals, the one whose signature is first in byte order. Any other overload appends
 * its parameter types, so functions that are added later do not change its name.
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
