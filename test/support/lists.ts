import type { TestApi } from './api.ts';

/** Arguments of a list, as variables. */
export interface ListArguments {
  readonly first?: number;
  readonly after?: string | null | undefined;
  readonly last?: number;
  readonly before?: string | null | undefined;
  readonly offset?: number;
  readonly where?: object;
  readonly orderBy?: readonly object[];
  readonly distinctOn?: readonly string[];
}

/** A list, the type of its rows, and the requested fields. */
export interface Listed {
  readonly list: string;
  readonly type: string;
  readonly fields: readonly string[];
}

export interface Edge {
  readonly cursor: string;
  /** The selected values of a row. */
  readonly node: Readonly<Record<string, unknown>>;
}

export interface PageInfo {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly startCursor: string | null;
  readonly endCursor: string | null;
}

export interface ListPage {
  readonly edges: readonly Edge[];
  readonly pageInfo: PageInfo;
}

export type Read = (args: ListArguments) => Promise<ListPage>;

/** Writes the list, with its arguments as variables. */
const selection = (list: string, fields: readonly string[]) => `
  ${list}(first: $first, after: $after, last: $last, before: $before, offset: $offset, where: $where, orderBy: $orderBy, distinctOn: $distinctOn) {
    edges { cursor node { ${fields.join(' ')} } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }`;

const query = (type: string, selected: string) => `
  query ($first: Int, $after: String, $last: Int, $before: String, $offset: Int, $where: ${type}Where, $orderBy: [${type}OrderBy!], $distinctOn: [${type}Column!]) {
    ${selected}
  }`;

/** Reads pages of a list; with a `parent`, of that parent's list. */
export function createReader(api: TestApi, { list, type, fields }: Listed, parent?: number): Read {
  const selected = `list: ${selection(list, fields)}`;
  if (parent === undefined) {
    const document = query(type, selected);
    return async (args) => (await api.query<{ list: ListPage }>(document, { ...args })).list;
  }
  const document = query(type, `parent(rowId: ${parent}) { ${selected} }`);
  return async (args) => (await api.query<{ parent: { list: ListPage } }>(document, { ...args })).parent.list;
}

/** Reads pages of the lists of all parents at once, with the same arguments. */
export function createChildrenReader(api: TestApi, { list, type, fields }: Listed) {
  const document = query(type, `parents { nodes { rowId list: ${selection(list, fields)} } }`);
  return async (args: ListArguments): Promise<readonly { readonly rowId: number; readonly list: ListPage }[]> => {
    const { parents } = await api.query<{ parents: { nodes: { rowId: number; list: ListPage }[] } }>(document, {
      ...args,
    });
    return parents.nodes;
  };
}
