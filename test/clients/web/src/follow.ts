// #region follow
export interface Message<Node> {
  readonly edges: readonly { readonly node: Node }[];
  readonly cursor: string;
}

/** Opens one stream and calls `end` when it ends for any reason. Returns a function that closes it. */
export type Open<Node> = (
  after: string | null,
  on: { readonly next: (message: Message<Node>) => void; readonly end: () => void },
) => () => void;

/** Calls `onRow` once for every row. When a stream ends or is lost, the next one resumes at the last cursor. */
export function follow<Node>(open: Open<Node>, after: string | null, onRow: (node: Node) => void): () => void {
  let isOver = false;
  let close = () => {};
  const start = () => {
    if (isOver) return;
    close = open(after, {
      next({ edges, cursor }) {
        for (const { node } of edges) onRow(node);
        after = cursor;
      },
      end() {
        setTimeout(start, 1000 * (1 + Math.random()));
      },
    });
  };
  start();
  return () => {
    isOver = true;
    close();
  };
}
// #endregion
