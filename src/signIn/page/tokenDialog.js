// Plain JavaScript, because a browser gets this file as it is; tsc checks the types in its comments.

const html = `<form>
  <h2 id="sign-in-title">Access token</h2>
  <p>This server requires an access token from Microsoft Entra ID, with a role such as Events.Read.</p>
  <p class="reason" role="alert"></p>
  <button type="button" name="entra" class="main">Sign in with Microsoft</button>
  <p class="or">Or paste a token. The Azure CLI prints one:</p>
  <div class="command"><pre tabindex="0" aria-label="Command"></pre><button type="button" name="copy">Copy</button></div>
  <label>Token <input name="token" type="password" required autocomplete="off" spellcheck="false"></label>
  <p class="about">It stays in this tab, and is forgotten when you close it.</p>
  <button class="main">Use it</button>
</form>`;

/**
 * Asks until there is a token. It never resolves after a sign-in, which leaves the page.
 * @param {{ reason: string, command: string, signIn: (() => Promise<void>) | null }} question
 * @returns {Promise<string>}
 */
export async function askInDialog({ reason, command, signIn }) {
  await loadStyles();
  const dialog = document.createElement('dialog');
  dialog.className = 'sign-in';
  dialog.setAttribute('aria-labelledby', 'sign-in-title');
  dialog.setAttribute('closedby', 'none');
  dialog.innerHTML = html;
  /** @param {string} selector */
  const find = (selector) => /** @type {HTMLElement} */ (dialog.querySelector(selector));
  find('.reason').textContent = reason;
  find('pre').textContent = command;
  find('[name=entra]').hidden = signIn === null;
  find('[name=entra]').onclick = async () => {
    await signIn?.().catch((error) => {
      find('.reason').textContent = error.message;
    });
  };
  find('[name=copy]').hidden = !isSecureContext;
  find('[name=copy]').onclick = async () => {
    await navigator.clipboard.writeText(command);
    find('[name=copy]').textContent = 'Copied';
  };
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    find('form').onsubmit = (event) => {
      event.preventDefault();
      dialog.remove();
      // A token copied from a terminal may contain line breaks.
      resolve(/** @type {HTMLInputElement} */ (find('input')).value.replaceAll(/\s/g, ''));
    };
  });
}

/** Loads the dialog's styles once, from a file, as the page's policy requires. */
async function loadStyles() {
  const href = new URL('signIn.css', import.meta.url).href;
  if (document.querySelector(`link[href="${href}"]`)) return;
  const link = Object.assign(document.createElement('link'), { rel: 'stylesheet', href });
  await new Promise((resolve, reject) => {
    link.onload = resolve;
    link.onerror = reject;
    document.head.append(link);
  });
}
