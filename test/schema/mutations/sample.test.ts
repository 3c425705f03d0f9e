import { readFile } from 'node:fs/promises';
import { parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { setUp } from '../../support/setUp.ts';

const { api } = await setUp();

test('the documents in docs/writing.md fit the reference schema', async () => {
  const page = await readFile(new URL('../../../docs/writing.md', import.meta.url), 'utf8');
  const documents = [...page.matchAll(/```graphql\n(.*?)```/gs)].map(([, text = '']) => text);
  expect(documents.length).toBeGreaterThan(1);
  for (const document of documents) expect(validate(api.api.schema, parse(document))).toEqual([]);
});

test('events of several months are created, changed and deleted by their composite key', async () => {
  const { devices } = await api.query<{ devices: { nodes: { deviceId: string; serial: string }[] } }>(
    '{ devices(first: 2) { nodes { deviceId serial } } }',
  );
  const inputs = devices.nodes.flatMap(({ deviceId }, i) =>
    ['2019-02-03T04:05:06.789012Z', '2026-03-29T01:30:00Z', '2031-01-01T00:00:00Z'].map((occurredAt) => ({
      ...{ occurredAt, deviceId, eventTypeId: 'temperature', value: `${i}.250`, payload: { batch: [i, null] } },
    })),
  );
  const { createEvents } = await api.query<{ createEvents: { events: Event[] } }>(
    `mutation ($inputs: [CreateEventInput!]!) { createEvents(inputs: $inputs) { createdCount events {
      eventId occurredAt deviceId eventTypeId value payload severity device { serial }
    } } }`,
    { inputs },
  );
  const serials = devices.nodes.flatMap(({ serial }) => [serial, serial, serial]);
  expect(createEvents).toMatchObject({
    createdCount: 6,
    events: inputs.map((input, i) => ({ ...input, severity: 'INFO', device: { serial: serials[i] } })),
  });
  const [first] = createEvents.events;
  const variables = { occurredAt: first?.occurredAt, eventId: first?.eventId };
  const byKey = (name: string, more: string, selected: string) =>
    api.query(
      `mutation ($occurredAt: DateTime!, $eventId: BigInt!) {
        change: ${name}(occurredAt: $occurredAt, eventId: $eventId ${more}) { event { ${selected} } }
      }`,
      variables,
    );
  expect(await byKey('updateEvent', 'patch: { severity: ERROR, value: null }', 'severity value')).toEqual({
    change: { event: { severity: 'ERROR', value: null } },
  });
  const moved = '2026-03-30T00:00:00Z';
  expect(await byKey('updateEvent', `patch: { occurredAt: "${moved}" }`, 'occurredAt eventId')).toEqual({
    change: { event: { occurredAt: moved, eventId: first?.eventId } },
  });
  variables.occurredAt = moved;
  expect(await byKey('deleteEvent', '', 'payload')).toEqual({ change: { event: { payload: { batch: [0, null] } } } });
  expect(await byKey('deleteEvent', '', 'payload')).toEqual({ change: { event: null } });
});

interface Event {
  readonly eventId: string;
  readonly occurredAt: string;
}
