import { expect, test } from 'vitest';
import { setUp } from '../support/setUp.ts';

const { database, api } = await setUp();

test.each([
  ['lists', 160, (names: string) => `{ ${names.replaceAll('of', 'events(first: 3) { nodes { payload } }')} }`],
  ['values', 480, (names: string) => `{ events(first: 1) { nodes { ${names.replaceAll('of', 'payload')} } } }`],
])(
  'a response of many long %s ends at the limit, before its text is too long for the process',
  async (_, count, of) => {
    await database.admin(
      "update events.event set payload = jsonb_build_object('text', repeat('x', 1200000)) where event_id in (select event_id from events.event order by event_id limit 3)",
    );
    const { errors } = await api.send(of(Array.from({ length: count }, (_, i) => `a${i}: of`).join(' ')));
    expect(errors?.map(({ extensions }) => extensions?.['code'])).toEqual(['RESPONSE_TOO_LARGE']);
  },
);
