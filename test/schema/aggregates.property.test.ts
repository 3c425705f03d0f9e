import fc from 'fast-check';
import { expect, test } from 'vitest';
import { unlimited } from '../support/config.ts';
import { documentOf } from '../support/everyField.ts';
import { patience, runs } from '../support/property.ts';
import { anyAsked, asNumbers, createReadings, expected, questionOf, readings } from '../support/readings.ts';
import { setUp } from '../support/setUp.ts';

const { api } = await setUp({ database: createReadings, config: { requestLimits: unlimited } });

type Answer = { of: { exact: Record<string, unknown> } };

test('any groups have the measures and the order of a plain computation', { timeout: patience }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyAsked, { minLength: 1, maxLength: 4 }), async (all) => {
      const { document, variables } = documentOf(all.map(questionOf));
      const data = await api.query(document, variables);
      all.forEach((asked, i) => {
        const answer = data[`q${i}`];
        if (!asked.isNested) {
          expect((answer as Answer[]).map(asNumbers)).toEqual(expected(asked, readings));
          return;
        }
        const { nodes } = answer as { nodes: { rowId: number; readingsByDeviceGroupedAggregate: Answer[] }[] };
        expect(nodes).toHaveLength(4);
        for (const { rowId, readingsByDeviceGroupedAggregate: groups } of nodes)
          expect(groups.map(asNumbers)).toEqual(
            expected(
              asked,
              readings.filter(({ device }) => device === rowId),
            ),
          );
      });
    }),
    runs(80),
  );
});
