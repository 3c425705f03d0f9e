import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Debian's; tests in a browser are skipped where there is none. */
const executablePath = '/usr/bin/chromium';

/** Whether there is no browser; says so for what is skipped. */
export function isBrowserAbsent(what: string): boolean {
  const isAbsent = !existsSync(executablePath);
  if (isAbsent) console.warn(`Skipped: ${what} in a browser, since there is no ${executablePath}`);
  return isAbsent;
}

/** A browser that makes no requests of its own and can resolve no name but this machine's. */
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
