import { useEffect, useState } from 'preact/hooks';
import { account, signOut } from '../api/access';

/** Who is signed in, and the way out; nothing where nobody is. */
export function Account() {
  const [name, setName] = useState<string | null>(null);
  useEffect(() => void account().then(setName), []);
  return (
    name && (
      <button type="button" class="account" title={name} onClick={() => void signOut()}>
        Sign out
      </button>
    )
  );
}
