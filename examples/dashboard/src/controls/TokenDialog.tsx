import { useEffect, useRef } from 'preact/hooks';
import { useConnection } from '../api/connection';

const command = 'az account get-access-token --scope api://<client id>/.default --query accessToken -o tsv';

/** Asks for an access token where the server wants one. */
export function TokenDialog() {
  const { message, unlock } = useConnection();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const token = new FormData(event.currentTarget as HTMLFormElement).get('token');
    // What a terminal prints may have line breaks in it.
    if (typeof token === 'string') unlock(token.replaceAll(/\s/g, ''));
  };
  return (
    <dialog ref={dialog} class="token" aria-labelledby="token-title" onCancel={(event) => event.preventDefault()}>
      <form onSubmit={submit}>
        <h2 id="token-title">Access token</h2>
        <p>This server answers those it knows. Get a token with the Azure CLI:</p>
        <pre>{command}</pre>
        <label>
          Token
          <input name="token" type="password" required autocomplete="off" spellcheck={false} />
        </label>
        <p class="reason" role="alert">
          {message}
        </p>
        <p class="about">It stays in this tab, and is forgotten when you close it.</p>
        <button type="submit" class="main">
          Use it
        </button>
      </form>
    </dialog>
  );
}
