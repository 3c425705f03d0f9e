import { expect, test } from 'vitest';
import { soak } from './soak.ts';
import { judge } from './verdict.ts';

test('no request fails while tokens end, backends die and the identity endpoint is away', async () => {
  const size = 4;
  const result = await soak({ seconds: 14, requestsPerSecond: 60, poolSize: size, lifeSeconds: 4 });
  const { lines, violations } = judge(result, size);
  // Latency and memory are for the long run on a quiet machine.
  expect(
    violations.filter((violation) => !/^(p99|memory)/.test(violation)),
    lines.join('\n'),
  ).toEqual([]);
});
