import type { ComponentChildren } from 'preact';
import { useContext } from 'preact/hooks';
import { ViewContext } from '../state/ViewContext';
import { addressOf, type View } from '../state/view';

export interface ViewLinkProps {
  readonly to: Partial<View>;
  readonly children: ComponentChildren;
}

/** A link to another view. It is an ordinary link, so that it opens in a new tab too. */
export function ViewLink({ to, children }: ViewLinkProps) {
  const { view, go } = useContext(ViewContext);
  return (
    <a
      href={addressOf({ ...view, ...to })}
      onClick={(event) => {
        if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        go(to);
      }}
    >
      {children}
    </a>
  );
}
