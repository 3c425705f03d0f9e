// #region follow
export interface Message<Node> {
  readonly edges: readonly { readonly node: Node }[];
  readonly cursor: string;
}

/** Opens one stream, which ends with `end` whatever the reason; returns what closes it. */
export type Open<Node> = (
  after: string | null,
  on: { readonly next: (message: Message<Node>) => void; readonly end: () => void },
) => () => void;

/** Calls `onRow` for every row once: where a stream ends or is lost, the next one goes on with the last cursor. */
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
