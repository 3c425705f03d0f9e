import type { Type } from '../catalog/type.ts';
import { unquoted } from '../db/sql/row.ts';
import type { Builder } from './builder.ts';
import { leafFromParent } from './generated.ts';
import { scalarLeaf } from './leaves.ts';
import { type ScalarName, scalarOf } from './scalars.ts';

/** The parts of a range, as PostgreSQL's text. */
export interface RangeBounds {
  readonly lower: string | null;
  readonly upper: string | null;
  readonly lowerInclusive: boolean;
  readonly upperInclusive: boolean;
  readonly isEmpty: boolean;
}

/** Returns the scalar of the bounds of a range or multirange; null for any other type, and for lists. */
export function elementOf({ range }: Type): ScalarName | null {
  if (!range) return null;
  const { element } = range;
  // PostgreSQL quotes some names, such as that of timestamp.
  return scalarOf({ name: element.replace(/^pg_catalog\.|"/g, ''), sql: element, extension: null });
}

/** A bound; PostgreSQL quotes those with one of these characters. Source: range_bound_escape in rangetypes.c. */
const bound = String.raw`("(?:[^"\\]|""|\\.)*"|[^ \t\n\v\f\r"\\,()[\]]*)`;
const ranges = new RegExp(String.raw`empty|([[(])${bound},${bound}([\])])`, 'gs');

/** Reads the bounds of a range, or of each range in a multirange; null if there is no text. */
export function readBounds(text: string | null | undefined): readonly RangeBounds[] | null {
  if (text === null || text === undefined) return null;
  return [...text.matchAll(ranges)].map(([, open, lower = '', upper = '', close]) => ({
    lower: lower === '' ? null : unquoted(lower),
    upper: upper === '' ? null : unquoted(upper),
    lowerInclusive: open === '[',
    upperInclusive: close === ']',
    isEmpty: open === undefined,
  }));
}

export type BoundsRef = ReturnType<typeof boundsType>;

export const boundsName = (element: string): string => `${element}Bounds`;

/** Defines the type of the bounds of ranges with these elements. */
export function boundsType(builder: Builder, element: ScalarName) {
  const [leaf, flag] = [scalarLeaf(element), scalarLeaf('Boolean')];
  return builder.objectRef<RangeBounds>(boundsName(element)).implement({
    description: 'The bounds of a range.',
    fields: (t) => {
      const end = (name: 'lower' | 'upper', description: string) =>
        t.field({
          type: leaf.type,
          nullable: true,
          description,
          ...leafFromParent(leaf, (bounds: RangeBounds) => bounds[name]),
        });
      const is = (name: 'lowerInclusive' | 'upperInclusive' | 'isEmpty', description: string) =>
        t.boolean({
          description,
          ...leafFromParent(flag, (bounds: RangeBounds) => (bounds[name] ? 't' : 'f')),
        });
      return {
        lower: end('lower', 'Null if the range has no lower bound, or is empty.'),
        upper: end('upper', 'Null if the range has no upper bound, or is empty.'),
        lowerInclusive: is('lowerInclusive', 'Whether the range contains its lower bound.'),
        upperInclusive: is('upperInclusive', 'Whether the range contains its upper bound.'),
        isEmpty: is('isEmpty', 'Whether the range contains nothing.'),
      };
    },
  });
}
