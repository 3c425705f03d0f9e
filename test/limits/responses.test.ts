import { describe, expect, test } from 'vitest';
import { isLonger } from '../../src/http/useResponseLimit.ts';
import { setUp } from '../support/setUp.ts';

const { database, api } = await setUp({ config: { requestLimits: { bytes: 13_000 } } });

const codes = (errors: readonly { extensions?: Record<string, unknown> }[] | undefined) =>
  errors?.map(({ extensions }) => extensions?.['code']);

describe('a response', () => {
  test('a response with as many short rows as the limit allows is sent', async () => {
    await api.query('{ events(first: 99) { nodes { severity } } }');
  });

  test('a response with more rows ends at the limit, and sends no further statement', async () => {
    const { data, errors } = await api.send(
      '{ devices(first: 20) { nodes { serial events(first: 10) { nodes { device { site { name } } } } } } }',
    );
    expect(codes(errors)).toEqual(Array(20).fill('RESPONSE_TOO_LARGE'));
    expect(errors?.[0]?.message).toBe(
      'The response would hold more than 13000 bytes, counting at least 130 for each row: ask for less at a time',
    );
    expect(api.statements).toHaveLength(2);
    expect(data?.['devices']).toMatchObject({ nodes: Array(20).fill({ serial: expect.any(String), events: null }) });
  });

  test('a response with too many bytes ends as well', async () => {
    await database.admin(`update events.device set attributes = jsonb_build_object('text', repeat('x', 30000))
      where device_id = (select device_id from events.device limit 1)`);
    const { errors } = await api.send('{ devices(first: 50) { nodes { attributes } } }');
    expect(codes(errors)).toEqual(['RESPONSE_TOO_LARGE']);
  });

  test('a response that repeats a value too often is not sent', async () => {
    const aliases = Array.from({ length: 200 }, (_, i) => `a${i}: serial`).join(' ');
    const { status, data, errors } = await api.send(`{ devices(first: 40) { nodes { ${aliases} } } }`);
    expect({ status, data, codes: codes(errors) }).toEqual({
      status: 400,
      data: undefined,
      codes: ['RESPONSE_TOO_LARGE'],
    });
  });

  test('a response to a mutation that repeats a value too often is not sent, either', async () => {
    const { devices } = await api.query<{ devices: { nodes: [{ deviceId: string }] } }>(
      '{ devices(first: 1) { nodes { deviceId } } }',
    );
    const aliases = Array.from({ length: 10 }, (_, i) => `a${i}: attributes`).join(' ');
    const { errors } = await api.send(
      `mutation ($id: UUID!, $patch: UpdateDevicePatch!) { updateDevice(deviceId: $id, patch: $patch) { device { ${aliases} } } }`,
      { id: devices.nodes[0].deviceId, patch: { attributes: { text: 'x'.repeat(3000) } } },
    );
    expect(codes(errors)).toEqual(['RESPONSE_TOO_LARGE']);
  });

  test.each([
    ['lists', Array.from({ length: 40 }, (_, i) => `a${i}: devices(first: 20) { nodes { serial } }`).join(' ')],
    ['characters', 'devices(first: 9) { nodes { model again: model } }'],
  ])('a response with too many %s is not sent, neither the first time nor again', async (_, selection) => {
    await database.admin("update events.device set model = repeat('€', 400)");
    await api.query('{ sites(first: 1) { nodes { name } } }'); // from now on, answers by a plan take the short path
    for (let i = 0; i < 3; i++) {
      const { status, data, errors } = await api.send(`{ ${selection} }`);
      expect({ status, data, codes: codes(errors) }).toEqual({
        status: 400,
        data: undefined,
        codes: ['RESPONSE_TOO_LARGE'],
      });
    }
  });

  test('a response only counts its own rows and bytes', async () => {
    for (let i = 0; i < 3; i++) await api.query('{ events(first: 60) { nodes { severity } } }');
  });
});

test('the bound on the length of JSON exceeds it by a few bytes per value', () => {
  const value = { a: ['x', 1, null, true], b: { c: 'ü'.repeat(1000) } };
  const { length } = Buffer.from(JSON.stringify(value));
  expect(isLonger(value, length - 20)).toBe(true);
  expect(isLonger(value, length + 20)).toBe(false);
});
