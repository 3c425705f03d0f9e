import { useCallback, useEffect, useState } from 'preact/hooks';
import { addressOf, parseView, type View } from './view';

export type Go = (change: Partial<View>) => void;

/** The view of the address, and the way to another one. */
export function useView(): readonly [View, Go] {
  const [view, setView] = useState(() => parseView(location.search));
  useEffect(() => {
    const follow = () => setView(parseView(location.search));
    addEventListener('popstate', follow);
    return () => removeEventListener('popstate', follow);
  }, []);
  const go = useCallback<Go>((change) => {
    history.pushState(null, '', addressOf({ ...parseView(location.search), ...change }));
    setView(parseView(location.search));
  }, []);
  return [view, go];
}
