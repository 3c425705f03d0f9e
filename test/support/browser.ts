import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Debian's browser; without it, browser tests are skipped. */
const executablePath = '/usr/bin/chromium';

/** Tells whether there is no browser; if so, prints what is skipped. */
export function isBrowserAbsent(what: string): boolean {
  const isAbsent = !existsSync(executablePath);
  if (isAbsent) console.warn(`Skipped: ${what} in a browser, since there is no ${executablePath}`);
  return isAbsent;
}

/** Starts a browser that makes no requests of its own and resolves only this machine's names. */
export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost',
    ],
  });
