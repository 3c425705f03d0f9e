import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { beyondClassicBuilder, parseDockerfile } from './dockerfile.ts';

const dockerfile = await readFile(new URL('../../Dockerfile', import.meta.url), 'utf8');

test('the registry can build the image without BuildKit', () => {
  expect(beyondClassicBuilder(dockerfile)).toEqual([]);
});

test.each([
  ['# syntax=docker/dockerfile:1', '# syntax=docker/dockerfile:1'],
  ['RUN --mount=type=cache,target=/root/.npm npm ci', 'RUN --mount'],
  ['RUN \\\n  # why\n  --network=none make', 'RUN --network'],
  ['COPY --from=build --link a b', 'COPY --link'],
  ['copy --chmod=755 a b', 'COPY --chmod'],
  ['ADD --checksum=sha256:0 https://example.com/a b', 'ADD --checksum'],
  ['RUN <<EOF\nmake\nEOF', 'RUN with a heredoc'],
  ["COPY <<-'EOF' /a\nx\nEOF", 'COPY with a heredoc'],
  ['FROM --platform=$BUILDPLATFORM node', 'FROM with an argument that BuildKit sets'],
  ['RUN make ARCH=$TARGETARCH', 'RUN with an argument that BuildKit sets'],
])('%j is not supported by the classic builder', (line, what) => {
  expect(beyondClassicBuilder(line)).toContain(what);
});

test('the check accepts what the classic builder supports', () => {
  const text = 'FROM a@sha256:0 AS b\nRUN [ 1 -lt 2 ] && cat < file\nCOPY --from=b --chown=1:1 a ./\nARG TARGET=1';
  expect(beyondClassicBuilder(text)).toEqual([]);
});

test('each base image is pinned by digest, and its Debian still gets patches', () => {
  const bases = parseDockerfile(dockerfile).filter(({ name }) => name === 'FROM');
  expect(bases).toHaveLength(2);
  for (const { rest } of bases) expect(rest).toMatch(/(trixie|debian13)\S*@sha256:[0-9a-f]{64}( AS \w+)?$/);
});

test('the builder gets everything that the Dockerfile copies from the checkout, even empty folders', async () => {
  const read = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');
  const sent = (await read('.dockerignore')).match(/(?<=^!).+$/gm) ?? [];
  const tracked = (await promisify(execFile)('git', ['ls-files'], { cwd: new URL('../..', import.meta.url) })).stdout;
  const copied = parseDockerfile(dockerfile)
    .filter(({ name, flags }) => name === 'COPY' && flags.length === 0)
    .flatMap(({ rest }) => rest.split(' ').slice(0, -1));
  expect(copied).toContain('documents');
  for (const source of copied) {
    const path = source.replace(/\/$/, '');
    expect(sent.filter((name) => path === name || path.startsWith(`${name}/`))).toHaveLength(1);
    expect(tracked.split('\n').some((file) => file === path || file.startsWith(`${path}/`))).toBe(true);
  }
});
