import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const root = new URL('../../', import.meta.url).pathname;
const sources = globSync('src/**/*.ts', { cwd: root }).map((file) => readFileSync(root + file, 'utf8'));
const page = readFileSync(`${root}docs/troubleshooting.md`, 'utf8');
const messages = [...page.matchAll(/^\| `([^`]+)` \|/gm)].map(([, message = '']) => message);

/** Returns the fixed parts of a message, between its values. */
const pieces = (message: string) => message.split('…').map((piece) => piece.trim());

test('the page has more than forty messages', () => {
  expect(messages.length).toBeGreaterThan(40);
  expect(messages).toHaveLength(page.match(/^\| `/gm)?.length ?? 0);
});

test.each(messages)('the server has the message %s', (message) => {
  expect(sources.filter((source) => pieces(message).every((piece) => source.includes(piece)))).not.toEqual([]);
});
