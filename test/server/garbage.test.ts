import { expect, test } from 'vitest';
import { portOf, post, startProgram, variablesFor } from '../support/program.ts';
import { setUpDatabase } from '../support/setUp.ts';

const database = await setUpDatabase();

test('hardly anything that a request allocates survives the next garbage collection', async () => {
  const flags = ['--max-semi-space-size=8', '--trace-gc'];
  const place = { command: [process.execPath, ...flags, 'src/main.ts'] as const };
  const server = startProgram([], { ...variablesFor(database.connection), LOG_LEVEL: 'info' }, place);
  const port = await portOf(server);
  const ask = () => post(port, '{ devices(first: 5) { nodes { serial site { name } } } }');
  for (let n = 0; n < 2000; n++) expect(await (await ask()).text()).toContain('"serial"');
  server.process.kill('SIGTERM');
  await server.ended;
  const survived = sharesOf(server.out());
  expect(survived.length).toBeGreaterThan(3);
  expect(median(survived)).toBeLessThan(0.025);
});

/**
 * For each young collection in the second half of the trace, returns the share that survived of what was allocated since
 * the previous collection.
 */
function sharesOf(trace: string): readonly number[] {
  const collections = [...trace.matchAll(/(Scavenge|Mark-Compact) .*?([\d.]+) \([\d.]+\) -> ([\d.]+) /g)].map(
    ([, kind, before, after]) => ({ kind, before: Number(before), after: Number(after) }),
  );
  return collections.slice(collections.length / 2).flatMap(({ kind, before, after }, i, all) => {
    const last = all[i - 1];
    return last && kind === 'Scavenge' && before > last.after ? [(after - last.after) / (before - last.after)] : [];
  });
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1];
