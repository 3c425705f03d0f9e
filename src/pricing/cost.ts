import {
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  getOperationAST,
  isCompositeType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionNode,
  TypeMetaFieldDef,
  type ValueNode,
} from 'graphql';
import type { PageLimits } from '../config/limits.ts';
import { messageRows } from '../db/sql/tail.ts';
import { sourceOf } from '../schema/fieldSource.ts';
import { type FieldsOptions, fragmentsOf, type MergedField, mergedFields, type Part, partsBelow } from './fields.ts';

/** The most that a document can ask for. */
export interface Price {
  readonly rows: number;
  /** Path of the field that asks for the most rows; null if none asks for any. */
  readonly dearest: { readonly path: string; readonly rows: number } | null;
  /** Greatest number of values in the response, and of characters in their names. */
  readonly values: number;
  readonly names: number;
  /** Whether the price does not depend on variables. */
  readonly isFixed: boolean;
  /**
   * Whether it selects nothing but the schema. Its rows then count listed items for each type; the database is not
   * asked.
   */
  readonly isStatic: boolean;
}

export interface Priced {
  readonly schema: GraphQLSchema;
  /** A document that passed `checkShape`; it need not be valid. */
  readonly document: DocumentNode;
  readonly operationName?: string | null | undefined;
  /**
   * Variables as the client sent them; null if they are not known yet. Then each variable has its default, and a page
   * size without one counts as the largest.
   */
  readonly variables: Readonly<Record<string, unknown>> | null;
  readonly pages: PageLimits;
}

/** Price of a count or an aggregate: it reads many rows, but returns one and an index often answers it. */
const countRows = 10;

/**
 * Number of groups counted for a document that does not limit them, and the maximum; rows in the response are added.
 */
const groupSizes: PageLimits = { defaultSize: 1000, maxSize: 10_000 };

/** Items counted for a list of the introspection other than the list of all types. */
const introspectedItems = 5;

/** Cost of one occurrence of a field, and how often its selection is evaluated. */
interface Share {
  readonly rows: number;
  readonly items: number;
  /** Number of times that the selection below `nodes` and `edges` is evaluated. */
  readonly page?: number;
}

/**
 * Calculates how many rows an operation, or each message of a subscription, can ask for: pages are multiplied by the
 * rows above them, to-one relations and lookups count one row each, counts and aggregates `countRows`. Selecting a
 * value again under another alias costs another row.
 */
export function priceOf({ schema, document, operationName, variables, pages }: Priced): Price {
  const operation = getOperationAST(document, operationName);
  const root = operation && schema.getRootType(operation.operation);
  if (!operation || !root) return { rows: 0, dearest: null, values: 0, names: 0, isFixed: true, isStatic: false };
  let isFixed = true;
  const given = createValues(operation, variables, () => {
    isFixed = false;
  });
  const options: FieldsOptions = {
    fragments: fragmentsOf(document),
    isIncluded: (node) => isIncluded(node, given.argumentOf),
  };
  let rows = 0;
  let values = 0;
  let names = 0;
  let dearest: Price['dearest'] = null;
  const charge = (path: string, amount: number) => {
    rows += amount;
    if (amount > (dearest?.rows ?? 0)) dearest = { path, rows: amount };
  };
  const top: Part = { type: root.name, selectionSet: operation.selectionSet };
  const fields = mergedFields([top], options);
  const isStatic = asksForSchemaOnly(fields);
  const share = createShares(schema, pages, given, isStatic ? () => 1 : undefined);

  const walk = (fields: readonly MergedField[], parents: number, page: number, above: string, each = 0): void => {
    const asked = new Set<string>();
    for (const field of fields) {
      const node = field.nodes[0];
      if (!node || !field.isIncluded) continue;
      names += parents * field.key.length;
      const path = above + field.key;
      const name = `${field.type} ${node.name.value}`;
      const definition = definitionOf(schema, field.type, node.name.value);
      const type = definition && getNamedType(definition.type);
      if (!type || !isCompositeType(type)) {
        values += parents;
        if (asked.has(name)) charge(path, parents);
        else charge(path, parents * leafRows(definition));
        asked.add(name);
        continue;
      }
      const below = mergedFields(partsBelow(field, type.name), options);
      const { rows: own, items, page: ownPage = 1 } = share(definition, field.type ?? '', node, below, each);
      charge(path, Math.round(parents * own));
      const times = sourceOf(definition)?.kind === 'rows' ? page : 1;
      walk(below, parents * items * times, ownPage, `${path}.`, own / Math.max(1, items));
    }
  };
  walk(fields, 1, 1, '');
  return { rows, dearest, values, names, isFixed, isStatic };
}

type Definition = GraphQLField<unknown, unknown>;

/** Returns the rows that a leaf counts: none for a column. */
function leafRows(definition: Definition | undefined): number {
  const source = sourceOf(definition);
  if (source?.kind === 'call') return 1 + (source.calledRows ?? 0);
  return source?.kind === 'count' ? countRows : 0;
}

interface Values {
  /** Returns an argument's value as far as a price depends on it; `unknown` for a variable that is not known yet. */
  readonly argumentOf: (node: ValueNode) => unknown;
  /** Returns a value with everything nested in it; undefined for a variable that is not known yet. */
  readonly wholeOf: (node: ValueNode) => unknown;
}

const unknown = Symbol('unknown');

function definitionOf(schema: GraphQLSchema, type: string | undefined, name: string): Definition | undefined {
  const parent = type === undefined ? undefined : schema.getType(type);
  if (parent === schema.getQueryType() && name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
  if (parent === schema.getQueryType() && name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
  return isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined;
}

/** Creates the function that prices fields with a selection. */
function createShares(
  schema: GraphQLSchema,
  pages: PageLimits,
  { argumentOf, wholeOf }: Values,
  types = () => Object.keys(schema.getTypeMap()).length,
) {
  const given = (node: FieldNode, name: string): unknown => {
    const argument = node.arguments?.find((one) => one.name.value === name);
    return argument && argumentOf(argument.value);
  };
  const size = (node: FieldNode, { defaultSize, maxSize }: PageLimits): number => {
    const asked = [given(node, 'first'), given(node, 'last')];
    if (asked.includes(unknown)) return maxSize;
    const number = asked.find((value) => typeof value === 'number') ?? defaultSize;
    return Math.min(Math.max(0, number), maxSize);
  };
  /** Counts the items of the longest list among the arguments, such as ids or inputs. */
  const listed = (field: Definition, node: FieldNode): number =>
    field.args.reduce((longest, { name, type }) => {
      if (!isListType(getNullableType(type))) return longest;
      const items = given(node, name);
      if (items === unknown) return Math.max(longest, pages.maxSize);
      return Array.isArray(items) ? Math.max(longest, items.length) : longest;
    }, 1);
  /** Counts what an order reads per row in addition to the row itself, as if it were selected. */
  const ordering = (field: Definition, node: FieldNode): number => {
    const argument = node.arguments?.find(({ name }) => name.value === 'orderBy');
    const type = field.args.find(({ name }) => name === 'orderBy')?.type;
    return argument && type ? readBy(getNamedType(type), wholeOf(argument.value)) : 0;
  };
  /** Counts the rows of an extension field: one, or for a list as many as its arguments say, otherwise a page. */
  const rowsOf = (field: Definition, node: FieldNode): Share => {
    const items = isListType(getNullableType(field.type)) ? Math.max(size(node, pages), listed(field, node)) : 1;
    return { rows: items, items };
  };
  const isRoot = (type: string) => type === schema.getQueryType()?.name;

  return (field: Definition, parent: string, node: FieldNode, below: readonly MergedField[], each: number): Share => {
    const source = sourceOf(field);
    const isList = isListType(getNullableType(field.type));
    switch (source?.kind) {
      case 'list': {
        const page = size(node, pages);
        const called = (source.calledRows ?? 0) + (given(node, 'distinctOn') === undefined ? 0 : countRows);
        const rows = below.some((child) => readsPage(schema, child)) ? page * (1 + ordering(field, node)) : 0;
        return { rows: called + rows, items: 1, page };
      }
      case 'relation':
        return { rows: 1, items: 1 };
      case 'lookup': {
        const items = isList ? listed(field, node) : 1;
        return { rows: items, items };
      }
      case 'aggregate': {
        const groups = isList ? size(node, groupSizes) : 1;
        return { rows: countRows + (source.calledRows ?? 0) + (isList ? groups : 0), items: groups };
      }
      case 'call': {
        const items = isList ? size(node, pages) : 1;
        return { rows: (source.calledRows ?? 0) + items, items };
      }
      case 'again':
        return { rows: each, items: 1 };
      case 'write':
        return { rows: 0, items: listed(field, node) };
      case 'computed':
        return rowsOf(field, node);
    }
    if (source) return { rows: 0, items: 1 };
    if (isIntrospectionType(getNamedType(field.type))) {
      const items = field.name === 'types' ? types() : introspectedItems;
      return isList ? { rows: items, items } : { rows: 0, items: 1 };
    }
    if (parent === schema.getSubscriptionType()?.name) return { rows: messageRows, items: 1, page: messageRows };
    if (isRoot(parent)) {
      const items = isList ? listed(field, node) : 1;
      return { rows: items, items };
    }
    if (isList) return rowsOf(field, node);
    // A mutation's own rows have a limit of their own; the selection on its payload counts per row.
    return { rows: 0, items: parent === schema.getMutationType()?.name ? listed(field, node) : 1 };
  };
}

/** Counts the related rows, aggregates and computed values that an order reads per row. */
function readBy(type: GraphQLNamedType, order: unknown): number {
  if (Array.isArray(order)) return order.reduce((sum, item) => sum + readBy(type, item), 0);
  if (!isInputObjectType(type) || typeof order !== 'object' || order === null) return 0;
  return Object.entries(order).reduce((sum, [name, below]) => {
    const field = type.getFields()[name];
    const kind = sourceOf(field)?.kind;
    if (kind === 'aggregate') return sum + countRows;
    if (kind === 'call') return sum + 1;
    return field && kind === 'relation' ? sum + 1 + readBy(getNamedType(field.type), below) : sum;
  }, 0);
}

/** Tells whether an operation selects only `__schema`, `__type` and `__typename`. */
function asksForSchemaOnly(fields: readonly MergedField[]): boolean {
  const names = fields.map(({ nodes }) => nodes[0]?.name.value ?? '');
  return names.every((name) => name.startsWith('__')) && names.some((name) => name !== '__typename');
}

/** Tells whether a field of a connection needs the rows of its page. */
const readsPage = (schema: GraphQLSchema, { type, nodes }: MergedField): boolean => {
  const name = nodes[0]?.name.value ?? '';
  return name !== '__typename' && sourceOf(definitionOf(schema, type, name))?.kind !== 'count';
};

function createValues(
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Priced['variables'],
  onVariable: () => void,
): Values {
  const defaults = new Map(
    variableDefinitions.map(({ variable, defaultValue }) => [variable.name.value, defaultValue]),
  );
  const literal = (node: ValueNode): unknown => {
    if (node.kind === Kind.INT) return Number(node.value);
    if (node.kind === Kind.BOOLEAN) return node.value;
    return node.kind === Kind.LIST ? node.values : undefined;
  };
  const readValue = (node: ValueNode, read: (literal: ValueNode) => unknown, missing?: symbol): unknown => {
    if (node.kind !== Kind.VARIABLE) return read(node);
    onVariable();
    const name = node.name.value;
    if (variables && Object.hasOwn(variables, name)) return variables[name];
    const otherwise = defaults.get(name);
    if (otherwise) return read(otherwise);
    return variables ? undefined : missing;
  };
  const whole = (node: ValueNode): unknown => {
    if (node.kind === Kind.LIST) return node.values.map(wholeOf);
    if (node.kind !== Kind.OBJECT) return undefined;
    return Object.fromEntries(node.fields.map(({ name, value }) => [name.value, wholeOf(value)]));
  };
  const wholeOf = (node: ValueNode) => readValue(node, whole);
  return { argumentOf: (node) => readValue(node, literal, unknown), wholeOf };
}

/** Evaluates `@skip` and `@include`; a field behind a variable that is not known yet counts as included. */
function isIncluded({ directives = [] }: SelectionNode, argumentOf: Values['argumentOf']): boolean {
  return directives.every(({ name, arguments: [condition] = [] }) => {
    const value = condition && argumentOf(condition.value);
    return !((name.value === 'skip' && value === true) || (name.value === 'include' && value === false));
  });
}
