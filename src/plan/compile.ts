import {
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getArgumentValues,
  getNullableType,
  type InlineFragmentNode,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  valueFromAST,
  visit,
} from 'graphql';
import { Slots, withListSlots } from '../db/sql/slot.ts';
import { AppError } from '../errors.ts';
import { type Arguments, type Selection, sourceOf } from '../schema/fieldSource.ts';
import { collectFields } from '../schema/selection.ts';
import {
  type Ask,
  type Below,
  ColumnPlaces,
  type Plan,
  type PlannedField,
  type PlannedObject,
  Unplanned,
} from './plan.ts';

type Variables = Readonly<Record<string, unknown>>;

/** An operation to compile, with the variables of the request that it is compiled for. */
interface CompileInput {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Variables;
  /** The variables whose values are fixed in the plan. */
  readonly decided: ReadonlySet<string>;
  /** Names of variables whose values are never null, and which may be slots in statements. */
  readonly slotted: ReadonlySet<string>;
}

/**
 * Compiles an operation of a valid document. Parts that depend on undecided variables are evaluated for each request,
 * unless slots can take the place of these variables.
 */
export function compile({ schema, document, operation, variables, decided, slotted }: CompileInput): Plan | Unplanned {
  const fragments = fragmentsByName(document);
  const asks: Ask[] = [];
  const from = { schema, fragments, variableValues: variables };
  const named = typesNamedIn(document);
  let size = 0;

  function objectOf(type: GraphQLObjectType, nodes: readonly Pick<FieldNode, 'selectionSet'>[]): PlannedObject {
    const fields = [...collectFields(from, type, nodes)].map(([key, same], i) => fieldOf(type, key, same, i === 0));
    const read = fields.filter(({ isRead }) => isRead);
    return { type: type.name, fields, read, columns: new ColumnPlaces(fields) };
  }

  function fieldOf(
    parent: GraphQLObjectType,
    key: string,
    nodes: readonly FieldNode[],
    isFirst: boolean,
  ): PlannedField {
    size++;
    const [node] = nodes;
    const prefix = `${isFirst ? '' : ','}${JSON.stringify(key)}:`;
    const name = `${parent.name}.${node?.name.value}`;
    if (node?.name.value === '__typename') return typeName(parent, { key, prefix, nodes, name });
    const field = node && parent.getFields()[node.name.value];
    const reading = sourceOf(field)?.reading;
    if (!field || !reading) throw new Unplanned(name);
    const isRequired = isNonNullType(field.type);
    const type = getNullableType(field.type);
    const item = isListType(type) ? (type.ofType as typeof field.type) : null;
    const selection: Selection = { ...from, fieldNodes: nodes, returnType: field.type };
    const ask = (given: Variables, slots = given) => {
      const args = argumentsOf(field, node, { given, slots, takers: reading.slots ?? [] });
      return reading.ask?.(args, { ...selection, variableValues: given });
    };
    const below = belowOf(getNullableType(item ?? type), nodes);
    const asked = askedOf(ask);
    const column = asked.place === null && asked.value === undefined ? reading.column : undefined;
    return {
      ...{ key, prefix, nodes, name, isRequired, reading, column, asked, below, constant: null },
      isRead: below !== null || (reading.loads === true && column === undefined),
      items: item && { isRequired: isNonNullType(item) },
    };
  }

  /** Evaluates what a field asks for; what depends on undecided variables is left to each request. */
  function askedOf(ask: Ask['of']): PlannedField['asked'] {
    let depends = false;
    const watched = watch(variables, (name) => {
      depends ||= !decided.has(name);
    });
    try {
      const value = ask(watched);
      if (!depends) return { value, place: null };
    } catch (error) {
      // An error in the arguments is reported by each request.
      if (!depends && !(error instanceof AppError)) throw error;
    }
    return { value: undefined, place: asks.push({ of: ask, kept: keptOf(ask) }) - 1 };
  }

  /** Evaluates what a field asks for with slots in place of variables; null if it depends on other values. */
  function keptOf(ask: (given: Variables, slots: Variables) => unknown): Ask['kept'] {
    if (slotted.size === 0) return null;
    let depends = false;
    const watched = (values: Variables, known: ReadonlySet<string>) =>
      watch(values, (name) => {
        depends ||= !known.has(name);
      });
    try {
      const kept = Slots.build(variables, slotted, (slots) =>
        ask(watched(variables, decided), watched(slots, new Set([...decided, ...slotted]))),
      );
      return depends ? null : kept;
    } catch {
      return null; // a slot was read like a value
    }
  }

  function belowOf(type: unknown, nodes: readonly FieldNode[]): Below | null {
    if (isObjectType(type)) {
      const object = objectOf(type, nodes);
      const isFlat = object.fields.every(({ below, items }) => !below || (!items && below.isFlat));
      return { only: type.name, isFlat, typeOf: () => type.name, objectOf: () => object };
    }
    if (!isInterfaceType(type)) return null;
    const objects = new Map(
      schema.getPossibleTypes(type).flatMap((one) => (named.has(one.name) ? [[one.name, objectOf(one, nodes)]] : [])),
    );
    return {
      only: null,
      isFlat: false,
      typeOf: type.extensions['typeOf'] as Below['typeOf'],
      // For a type that the document does not name, only the interface's fields are selected; they are compiled when
      // such an object is met.
      objectOf(name) {
        const object = objects.get(name) ?? objectOf(schema.getType(name) as GraphQLObjectType, nodes);
        objects.set(name, object);
        return object;
      },
    };
  }

  const type = schema.getRootType(operation.operation);
  if (!type || operation.operation === 'subscription') return new Unplanned(operation.operation);
  try {
    const root = objectOf(type, [operation]);
    // Reads are asked for together, but mutations run one after the other.
    if (operation.operation === 'mutation' && root.read.length > 1) return new Unplanned('several mutations');
    return { root, size, asks };
  } catch (error) {
    if (error instanceof Unplanned) return error;
    return new Unplanned(error instanceof Error ? error.message : String(error));
  }
}

/** Returns the arguments of a field, with slots in place of variables where the field supports them. */
function argumentsOf(
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
  {
    given,
    slots,
    takers,
  }: { readonly given: Variables; readonly slots: Variables; readonly takers: readonly string[] },
): Arguments {
  if (slots === given) return getArgumentValues(field, node, given);
  const takes = ({ name }: ArgumentNode) => takers.includes(name.value);
  const { arguments: all = [] } = node;
  const args = getArgumentValues(field, { ...node, arguments: all.filter((one) => !takes(one)) }, given);
  for (const { name, value } of all.filter(takes)) {
    const type = field.args.find((arg) => arg.name === name.value)?.type;
    const taken = type && valueFromAST(value, type, slots);
    const isAbsent = value.kind === Kind.VARIABLE && slots[value.name.value] === undefined;
    // A JSON literal cannot hold a slot. Without this error the argument would silently be left out.
    if (taken === undefined && !isAbsent) throw new Error(`The argument ${name.value} cannot hold a slot`);
    if (taken !== undefined) args[name.value] = withListSlots(taken);
  }
  return args;
}

const typeName = (
  { name }: GraphQLObjectType,
  field: Pick<PlannedField, 'key' | 'prefix' | 'nodes' | 'name'>,
): PlannedField => ({
  ...field,
  isRequired: true,
  items: null,
  constant: JSON.stringify(name),
  reading: { get: () => name },
  column: undefined,
  isRead: false,
  asked: { value: undefined, place: null },
  below: null,
});

/** Wraps variables so that each access is reported. */
const watch = (variables: Variables, onRead: (name: string) => void): Variables =>
  new Proxy(variables, {
    get(target, name) {
      if (typeof name === 'string') onRead(name);
      return Reflect.get(target, name);
    },
    getOwnPropertyDescriptor(target, name) {
      if (typeof name === 'string') onRead(name);
      return Reflect.getOwnPropertyDescriptor(target, name);
    },
  });

/** Returns the types on which fragments are defined. */
function typesNamedIn(document: DocumentNode): ReadonlySet<string> {
  const names = new Set<string>();
  const note = ({ typeCondition }: InlineFragmentNode | FragmentDefinitionNode) => {
    if (typeCondition) names.add(typeCondition.name.value);
  };
  visit(document, { InlineFragment: note, FragmentDefinition: note });
  return names;
}

const fragmentsByName = ({ definitions }: DocumentNode): Record<string, FragmentDefinitionNode> =>
  Object.assign(
    Object.create(null),
    ...definitions.map((one) => (one.kind === Kind.FRAGMENT_DEFINITION ? { [one.name.value]: one } : {})),
  );
