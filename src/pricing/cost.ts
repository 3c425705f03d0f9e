import { type DocumentNode, type GraphQLSchema, getNamedType, getOperationAST, isCompositeType } from 'graphql';
import type { PageLimits } from '../config/limits.ts';
import { sourceOf } from '../schema/fieldSource.ts';
import { createArgumentValues, isIncluded, type PricedVariables } from './argumentValues.ts';
import { createCounts } from './counts.ts';
import { definitionOf } from './definition.ts';
import { costOfField, leafRows } from './fieldCost.ts';
import { type FieldsOptions, fragmentsOf, type MergedField, mergedFields, type Part, partsBelow } from './fields.ts';

/** The most that a document can ask for. */
export interface Price {
  readonly rows: number;
  /** Path of the field that asks for the most rows; null if none asks for any. */
  readonly largest: { readonly path: string; readonly rows: number } | null;
  /** Maximum number of values in the response, and of characters in their names. */
  readonly values: number;
  readonly names: number;
  /** True if the price does not depend on variables. */
  readonly isFixed: boolean;
  /**
   * True if the operation selects nothing but the schema. It then reads nothing from the database, and `rows` is the
   * number of items that it lists per type.
   */
  readonly isStatic: boolean;
}

export interface Priced {
  readonly schema: GraphQLSchema;
  /** A document that passed `checkShape`; it need not be valid. */
  readonly document: DocumentNode;
  readonly operationName?: string | null | undefined;
  /** The variables of the operation. An unknown page size counts as the largest. */
  readonly variables: PricedVariables;
  readonly pages: PageLimits;
}

/**
 * Calculates how many rows an operation, or each message of a subscription, can ask for: pages are multiplied by the
 * rows above them, to-one relations and lookups count one row each, and counts and aggregates count `countRows`.
 * Selecting a value again under another alias costs another row.
 */
export function priceOf({ schema, document, operationName, variables, pages }: Priced): Price {
  const operation = getOperationAST(document, operationName);
  const root = operation && schema.getRootType(operation.operation);
  if (!operation || !root) return { rows: 0, largest: null, values: 0, names: 0, isFixed: true, isStatic: false };
  let isFixed = true;
  const given = createArgumentValues(operation, variables, () => {
    isFixed = false;
  });
  const options: FieldsOptions = {
    fragments: fragmentsOf(document),
    isIncluded: (node) => isIncluded(node, given),
  };
  const top: Part = { type: root.name, selectionSet: operation.selectionSet };
  const fields = mergedFields([top], options);
  const isStatic = asksForSchemaOnly(fields);
  const types = () => (isStatic ? 1 : Object.keys(schema.getTypeMap()).length);
  const counts = createCounts(pages, given);
  const total = createTotal();

  /**
   * Adds up fields that each of `parents` objects has. `page` is the number of rows below a connection, and `each` the
   * number of rows that one of the objects costs.
   */
  const walk = (fields: readonly MergedField[], parents: number, page: number, above: string, each = 0): void => {
    const asked = new Set<string>();
    for (const field of fields) {
      const node = field.nodes[0];
      if (!node || !field.isIncluded) continue;
      const path = above + field.key;
      const name = `${field.type} ${node.name.value}`;
      const definition = definitionOf(schema, field.type, node.name.value);
      const type = definition && getNamedType(definition.type);
      total.name(parents * field.key.length);
      if (!type || !isCompositeType(type)) {
        total.leaf(path, parents, leafRows(definition, node, counts, asked.has(name)));
        asked.add(name);
        continue;
      }
      const below = mergedFields(partsBelow(field, type.name), options);
      const parent = field.type ?? '';
      const cost = costOfField({ schema, definition, parent, node, below, each, counts, types });
      total.rows(path, Math.round(parents * cost.rows));
      const times = sourceOf(definition)?.kind === 'rows' ? page : 1;
      walk(below, parents * cost.items * times, cost.page ?? 1, `${path}.`, cost.rows / Math.max(1, cost.items));
    }
  };
  walk(fields, 1, 1, '');
  return { ...total.price(), isFixed, isStatic };
}

/** Adds up what the fields of a document ask for. */
function createTotal() {
  const sum = { rows: 0, values: 0, names: 0 };
  let largest: Price['largest'] = null;
  const rows = (path: string, amount: number) => {
    sum.rows += amount;
    if (amount > (largest?.rows ?? 0)) largest = { path, rows: amount };
  };
  return {
    rows,
    leaf(path: string, times: number, rowsEach: number) {
      sum.values += times;
      rows(path, times * rowsEach);
    },
    name(characters: number) {
      sum.names += characters;
    },
    price: () => ({ ...sum, largest }),
  };
}

/** Tells whether an operation selects only `__schema`, `__type` and `__typename`. */
function asksForSchemaOnly(fields: readonly MergedField[]): boolean {
  const names = fields.map(({ nodes }) => nodes[0]?.name.value ?? '');
  return names.every((name) => name.startsWith('__')) && names.some((name) => name !== '__typename');
}
