import { readFile } from 'node:fs/promises';

/** Reads what the last stage of the Dockerfile sets: the arguments of Node.js, and variables. */
export async function readImageSettings(): Promise<{
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}> {
  const dockerfile = await readFile(new URL('../../Dockerfile', import.meta.url), 'utf8');
  const [, entry = '[]'] = /^ENTRYPOINT (\[.*\])$/m.exec(dockerfile) ?? [];
  const [, ...args] = JSON.parse(entry) as readonly string[];
  const settings = [...dockerfile.matchAll(/^ENV (.+)$/gm)].flatMap(([, text = '']) => text.split(' '));
  return { args, environment: Object.fromEntries(settings.map((setting) => setting.split('='))) };
}
