import type { Dice } from '../../test/hostile/dice.ts';
import { some } from '../../test/hostile/dice.ts';
import type { Endpoint } from './endpoint.ts';
import type { List } from './lists.ts';

/** A walk through a whole list, page by page. */
export interface Walk {
  readonly list: List;
  readonly size: number;
  readonly isBackward: boolean;
  readonly orderBy: readonly object[];
}

const longest = 400;

/** Walks through every list in several orders. */
export const walksOf = (lists: readonly List[], dice: Dice): readonly Walk[] =>
  lists.flatMap((list) =>
    Array.from({ length: 6 }, (_, i) => ({
      list,
      size: [7, 37, 100][i % 3] ?? 100,
      isBackward: i % 2 === 1,
      orderBy:
        i < 2
          ? []
          : some(dice, list.orders, 1 + dice(2)).map((column) => ({
              [column]: ['ASC', 'DESC', 'DESC_NULLS_LAST'][dice(3)],
            })),
    })),
  );

interface Page {
  readonly edges: readonly { readonly cursor: string; readonly node: object }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly hasPreviousPage: boolean };
}

/**
 * Reads the rows of a walk, up to a limit. Rows without a key are sorted, because their order differs between
 * databases.
 */
export async function walk(server: Endpoint, { list, size, isBackward, orderBy }: Walk): Promise<unknown> {
  const [count, from] = isBackward ? ['last', 'before'] : ['first', 'after'];
  const ordered = list.orders.length > 0;
  const query = `query($cursor: String${ordered ? `, $orderBy: [${list.type.name}OrderBy!]` : ''}) {
    page: ${list.name}(${count}: ${size}, ${from}: $cursor${ordered ? ', orderBy: $orderBy' : ''}) {
      edges { cursor node { ${list.leaves.join(' ')} } } pageInfo { hasNextPage hasPreviousPage } } }`;
  const pages: object[][] = [];
  for (
    let cursor: string | null = null, more = true;
    more && pages.length * size < (list.isKeyed ? longest : Infinity);
  ) {
    const variables: Record<string, unknown> = { ...(cursor !== null && { cursor }), ...(ordered && { orderBy }) };
    const { data, errors } = await server.ask({ query, variables });
    const page: Page | undefined = (data as { page: Page } | undefined)?.page;
    if (!page) return { errors, after: pages.length };
    pages.push(page.edges.map(({ node }) => node));
    cursor = (isBackward ? page.edges[0] : page.edges.at(-1))?.cursor ?? null;
    more = isBackward ? page.pageInfo.hasPreviousPage : page.pageInfo.hasNextPage;
  }
  return list.isKeyed
    ? pages
    : pages
        .flat()
        .map((row) => JSON.stringify(row))
        .toSorted();
}
