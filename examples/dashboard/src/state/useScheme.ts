import { useEffect, useState } from 'preact/hooks';

export type Scheme = 'light' | 'dark';

const key = 'color-scheme';
const system = matchMedia('(prefers-color-scheme: dark)');

const schemeNow = (): Scheme => {
  const chosen = localStorage.getItem(key);
  return chosen === 'light' || chosen === 'dark' ? chosen : system.matches ? 'dark' : 'light';
};

/** The system's scheme until the user chooses one. */
export function useScheme(): readonly [Scheme, () => void] {
  const [scheme, setScheme] = useState(schemeNow);
  useEffect(() => {
    document.documentElement.dataset['scheme'] = scheme;
  }, [scheme]);
  useEffect(() => {
    const follow = () => setScheme(schemeNow());
    system.addEventListener('change', follow);
    return () => system.removeEventListener('change', follow);
  }, []);
  const toggle = () => {
    localStorage.setItem(key, scheme === 'dark' ? 'light' : 'dark');
    setScheme(schemeNow());
  };
  return [scheme, toggle];
}
