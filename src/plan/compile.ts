import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
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
  visit,
} from 'graphql';
import { AppError } from '../errors.ts';
import { type Selection, sourceOf } from '../schema/fieldSource.ts';
import { collectFields } from '../schema/selection.ts';
import { type Below, type Plan, type PlannedField, type PlannedObject, Unplanned } from './plan.ts';

type Variables = Readonly<Record<string, unknown>>;

interface Compiled {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Variables;
  /** The names of those whose values the plan holds for. */
  readonly decided: ReadonlySet<string>;
}

/** Compiles an operation of a valid document. What depends on other variables than those that are decided is left to each request. */
export function compile({ schema, document, operation, variables, decided }: Compiled): Plan | Unplanned {
  const fragments = fragmentsByName(document);
  const asks: ((variables: Variables) => unknown)[] = [];
  const from = { schema, fragments, variableValues: variables };
  const named = typesNamedIn(document);
  let size = 0;

  function objectOf(type: GraphQLObjectType, nodes: readonly Pick<FieldNode, 'selectionSet'>[]): PlannedObject {
    const fields = [...collectFields(from, type, nodes)].map(([key, same], i) => fieldOf(type, key, same, i === 0));
    return { type: type.name, fields, read: fields.filter(({ isRead }) => isRead) };
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
    const ask = (values: Variables) =>
      reading.ask?.(getArgumentValues(field, node, values), { ...selection, variableValues: values });
    const below = belowOf(getNullableType(item ?? type), nodes);
    return {
      ...{ key, prefix, nodes, name, isRequired, reading, below, constant: null },
      isRead: below !== null || reading.loads === true,
      items: item && { isRequired: isNonNullType(item) },
      asked: askedOf(ask),
    };
  }

  /** What a field asks for, which is for each request to say where it depends on its variables. */
  function askedOf(ask: (variables: Variables) => unknown): PlannedField['asked'] {
    let depends = false;
    const watched = watch(variables, (name) => {
      depends ||= !decided.has(name);
    });
    try {
      const value = ask(watched);
      if (!depends) return { value };
    } catch (error) {
      if (!depends && !(error instanceof AppError)) throw error;
    }
    return { place: asks.push(ask) - 1 };
  }

  function belowOf(type: unknown, nodes: readonly FieldNode[]): Below | null {
    if (isObjectType(type)) {
      const object = objectOf(type, nodes);
      return { only: type.name, typeOf: () => type.name, objectOf: () => object };
    }
    if (!isInterfaceType(type)) return null;
    const objects = new Map(
      schema.getPossibleTypes(type).flatMap((one) => (named.has(one.name) ? [[one.name, objectOf(one, nodes)]] : [])),
    );
    return {
      only: null,
      typeOf: type.extensions['typeOf'] as Below['typeOf'],
      // Of a type that the document does not name there is no more than the interface has: its fields are built when met.
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
    // What is read is asked for at once, but mutations run one after the other.
    if (operation.operation === 'mutation' && root.read.length > 1) return new Unplanned('several mutations');
    return { root, size, asks };
  } catch (error) {
    if (error instanceof Unplanned) return error;
    return new Unplanned(error instanceof Error ? error.message : String(error));
  }
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
  isRead: false,
  asked: { value: undefined },
  below: null,
});

/** The variables, whose readers are told of. */
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

/** The types that fragments are on. */
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
