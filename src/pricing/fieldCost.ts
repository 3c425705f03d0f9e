import {
  type FieldNode,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isIntrospectionType,
  isListType,
} from 'graphql';
import type { PageLimits } from '../config/limits.ts';
import { messageRows } from '../db/sql/tail.ts';
import { type Source, sourceOf } from '../schema/fieldSource.ts';
import { type Counts, countRows } from './counts.ts';
import { type Definition, definitionOf } from './definition.ts';
import type { MergedField } from './fields.ts';

/** Cost of one occurrence of a field, and how often its selection is evaluated. */
interface FieldCost {
  readonly rows: number;
  readonly items: number;
  /** Number of times that the selection below `nodes` and `edges` is evaluated. */
  readonly page?: number;
}

/** A field with a selection, and what its price depends on. */
interface PricedField {
  readonly schema: GraphQLSchema;
  readonly definition: Definition;
  /** Name of the type that has the field. */
  readonly parent: string;
  readonly node: FieldNode;
  readonly below: readonly MergedField[];
  /** Rows that one occurrence of the parent costs. */
  readonly each: number;
  readonly counts: Counts;
  /** Items counted for the introspection's list of all types. */
  readonly types: () => number;
}

/** Number of groups counted for a document that does not limit them, and the maximum. */
const groupSizes: PageLimits = { defaultSize: 1000, maxSize: 10_000 };

/** Items counted for a list of the introspection other than the list of all types. */
const introspectedItems = 5;

/**
 * Returns the rows that a leaf costs: none for a column, `countRows` for a count, and one for either if the same field
 * was already selected. A function costs the same each time, since its arguments may differ: one row, or for a set of
 * values a page and the rows that it computes.
 */
export function leafRows(
  definition: Definition | undefined,
  node: FieldNode,
  counts: Counts,
  isAgain: boolean,
): number {
  const source = sourceOf(definition);
  if (source?.kind === 'call') return source.computedRows ? source.computedRows + counts.page(node) : 1;
  if (isAgain) return 1;
  return source?.kind === 'count' ? countRows : 0;
}

/** Prices a field with a selection. */
export function costOfField(field: PricedField): FieldCost {
  const { schema, definition, parent, node, counts, types } = field;
  const source = sourceOf(definition);
  if (source) return costOfSource(field, source);
  const isList = returnsList(definition);
  if (isIntrospectionType(getNamedType(definition.type))) {
    const items = definition.name === 'types' ? types() : introspectedItems;
    return isList ? rowPerItem(items) : { rows: 0, items: 1 };
  }
  if (parent === schema.getSubscriptionType()?.name) return { rows: messageRows, items: 1, page: messageRows };
  if (parent === schema.getQueryType()?.name) return rowPerItem(isList ? counts.listed(definition, node) : 1);
  if (isList) return extensionCost(field);
  // Another limit applies to the rows that a mutation writes; its payload is priced once for each input.
  return { rows: 0, items: parent === schema.getMutationType()?.name ? counts.listed(definition, node) : 1 };
}

const returnsList = ({ type }: Definition): boolean => isListType(getNullableType(type));

const rowPerItem = (items: number): FieldCost => ({ rows: items, items });

function costOfSource(field: PricedField, { kind, computedRows = 0 }: Source): FieldCost {
  const { definition, node, counts } = field;
  const isList = returnsList(definition);
  switch (kind) {
    case 'list':
      return listCost(field, computedRows);
    case 'relation':
      return rowPerItem(1);
    case 'lookup':
      return rowPerItem(isList ? counts.listed(definition, node) : 1);
    case 'aggregate': {
      const groups = isList ? counts.page(node, groupSizes) : 1;
      return { rows: countRows + computedRows + (isList ? groups : 0), items: groups };
    }
    case 'call': {
      const items = isList ? counts.page(node) : 1;
      return { rows: computedRows + items, items };
    }
    case 'previous':
      return { rows: field.each, items: 1 };
    case 'write':
      return { rows: 0, items: counts.listed(definition, node) };
    case 'extension':
      return extensionCost(field);
    default:
      return { rows: 0, items: 1 };
  }
}

function listCost({ schema, definition, node, below, counts }: PricedField, computedRows: number): FieldCost {
  const page = counts.page(node);
  const called = computedRows + (counts.isGiven(node, 'distinctOn') ? countRows : 0);
  const rows = below.some((child) => readsPage(schema, child)) ? page * (1 + counts.ordering(definition, node)) : 0;
  return { rows: called + rows, items: 1, page };
}

/** Tells whether a field of a connection needs the rows of its page. */
const readsPage = (schema: GraphQLSchema, { type, nodes }: MergedField): boolean => {
  const name = nodes[0]?.name.value ?? '';
  return name !== '__typename' && sourceOf(definitionOf(schema, type, name))?.kind !== 'count';
};

/**
 * Prices a field of an extension: one row, or for a list a page or the longest list among its arguments, whichever is
 * more.
 */
const extensionCost = ({ definition, node, counts }: PricedField): FieldCost =>
  rowPerItem(returnsList(definition) ? Math.max(counts.page(node), counts.listed(definition, node)) : 1);
