import { useCallback, useEffect, useState } from 'preact/hooks';
import { type Address, addressOf, readAddress, type View } from './view';

export type Go = (change: Partial<View>) => void;

/** The view in the address, and a function that changes it. */
export function useView(): readonly [Address, Go] {
  const [address, setAddress] = useState(() => readAddress(location.search));
  useEffect(() => {
    const follow = () => setAddress(readAddress(location.search));
    addEventListener('popstate', follow);
    return () => removeEventListener('popstate', follow);
  }, []);
  const go = useCallback<Go>((change) => {
    history.pushState(null, '', addressOf({ ...readAddress(location.search).view, ...change }));
    setAddress(readAddress(location.search));
  }, []);
  return [address, go];
}
