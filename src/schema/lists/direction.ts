import type { Builder, EnumRef } from '../builder.ts';

/** Values of `OrderDirection`. By default nulls count as greater than all values, as in PostgreSQL. */
export const directions = {
  ASC: { descending: false, nullsFirst: false },
  ASC_NULLS_FIRST: { descending: false, nullsFirst: true },
  ASC_NULLS_LAST: { descending: false, nullsFirst: false },
  DESC: { descending: true, nullsFirst: true },
  DESC_NULLS_FIRST: { descending: true, nullsFirst: true },
  DESC_NULLS_LAST: { descending: true, nullsFirst: false },
} as const;

export type Direction = keyof typeof directions;

/** Defines the enum that all orders share. */
export const directionEnum = (builder: Builder): EnumRef =>
  builder.enumType('OrderDirection', {
    description: 'A direction. By default nulls are last in ASC and first in DESC.',
    values: Object.fromEntries(Object.keys(directions).map((name) => [name, { value: name }])),
  });
