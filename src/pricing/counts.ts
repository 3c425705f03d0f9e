import {
  type FieldNode,
  type GraphQLNamedType,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
} from 'graphql';
import type { PageLimits } from '../config/limits.ts';
import { sourceOf } from '../schema/fieldSource.ts';
import { type ArgumentValues, unknownValue } from './argumentValues.ts';
import type { Definition } from './definition.ts';

/** Price of a count or an aggregate: it reads many rows, but returns one and an index often answers it. */
export const countRows = 10;

/** The numbers of rows that the arguments of a field ask for. */
export interface Counts {
  readonly isGiven: (node: FieldNode, name: string) => boolean;
  /** Returns the size of a page. */
  readonly page: (node: FieldNode, limits?: PageLimits) => number;
  /** Counts the items of the longest list among the arguments, such as ids or inputs. */
  readonly listed: (field: Definition, node: FieldNode) => number;
  /** Counts what an order reads per row in addition to the row itself, as if it were selected. */
  readonly ordering: (field: Definition, node: FieldNode) => number;
}

export function createCounts(pages: PageLimits, { argumentOf, wholeOf }: ArgumentValues): Counts {
  const given = (node: FieldNode, name: string): unknown => {
    const argument = node.arguments?.find((one) => one.name.value === name);
    return argument && argumentOf(argument.value);
  };
  return {
    isGiven: (node, name) => (given(node, name) ?? null) !== null,
    page(node, { defaultSize, maxSize } = pages) {
      const asked = [given(node, 'first'), given(node, 'last')];
      if (asked.includes(unknownValue)) return maxSize;
      const number = asked.find((value) => typeof value === 'number') ?? defaultSize;
      return Math.min(Math.max(0, number), maxSize);
    },
    listed: (field, node) =>
      field.args.reduce((longest, { name, type }) => {
        if (!isListType(getNullableType(type))) return longest;
        const items = given(node, name);
        if (items === unknownValue) return Math.max(longest, pages.maxSize);
        return Array.isArray(items) ? Math.max(longest, items.length) : longest;
      }, 1),
    ordering(field, node) {
      const argument = node.arguments?.find(({ name }) => name.value === 'orderBy');
      const type = field.args.find(({ name }) => name === 'orderBy')?.type;
      return argument && type ? readBy(getNamedType(type), wholeOf(argument.value)) : 0;
    },
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
