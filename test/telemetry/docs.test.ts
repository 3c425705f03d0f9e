import { readFile } from 'node:fs/promises';
import { type Meter, type MeterProvider, metrics } from '@opentelemetry/api';
import { afterAll, expect, test } from 'vitest';
import { createConcurrency } from '../../src/http/useConcurrency.ts';
import { observeEventLoop } from '../../src/telemetry/eventLoop.ts';
import { createInstruments } from '../../src/telemetry/instruments.ts';
import { observePool } from '../../src/telemetry/poolMetrics.ts';
import { observeTails } from '../../src/telemetry/tailMetrics.ts';

const page = await readFile(new URL('../../docs/operations.md', import.meta.url), 'utf8');

/** Records the unit of every instrument that is created from now on, by name. */
function recordUnits(): ReadonlyMap<string, string> {
  const units = new Map<string, string>();
  const real = metrics.getMeter('nothing is registered');
  const recorded = new Proxy(real, {
    get(target, property: keyof Meter) {
      const member = target[property];
      if (!property.startsWith('create')) return member.bind(target);
      return (name: string, options: { readonly unit?: string } = {}) => {
        units.set(name, options.unit ?? '');
        return Reflect.apply(member, target, [name, options]);
      };
    },
  });
  const provider: MeterProvider = { getMeter: () => recorded };
  metrics.setGlobalMeterProvider(provider);
  afterAll(() => metrics.disable());
  return units;
}

test('the table of metrics has every one, with its unit', () => {
  const units = recordUnits();
  createInstruments();
  observePool({ stats: () => expect.unreachable(), size: 1 });
  observeTails(() => []);
  observeEventLoop();
  createConcurrency(1, 0);

  const [table = ''] = /^\| metric \|[\s\S]*?\n\n/m.exec(page) ?? [];
  const cells = table.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
  const rows = cells.slice(2).flatMap(([, names = '', unit = '']) => {
    if (names === '') return [];
    const [first = '', ...others] = [...names.matchAll(/`(.*?)`/g)].map(([, name = '']) => name);
    const beginning = first.slice(0, first.lastIndexOf('.'));
    return [first, ...others.map((name) => beginning + name)].map((name) => [name, unit] as const);
  });
  // The unit of a count is the counted thing, which the table omits.
  const expected = [...units].map(([name, unit]) => [name, unit.startsWith('{') ? '' : unit] as const);
  expect(rows.toSorted()).toEqual(expected.toSorted());
});
