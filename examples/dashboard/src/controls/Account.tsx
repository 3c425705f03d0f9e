import { useEffect, useState } from 'preact/hooks';
import { account, signOut } from '../api/access';

/** The signed-in user, with a button to sign out; empty if there is none. */
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
