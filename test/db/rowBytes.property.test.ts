import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RowConnection } from '../../src/db/pool/rowConnection.ts';
import type { RowBytes } from '../../src/db/sql/rowBytes.ts';
import { usedMemory } from '../support/garbage.ts';
import { runs } from '../support/property.ts';

type Value = string | null;

/** Short and long values, with and without characters of several bytes. */
const value: fc.Arbitrary<Value> = fc.oneof(
  fc.constant(null),
  fc.string({ unit: 'grapheme-ascii' }),
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'grapheme-ascii', minLength: 100, maxLength: 5000 }),
);
const row = fc.array(value, { maxLength: 8 });

/** Writes a DataRow message. Source: PostgreSQL documentation, "Message Formats". */
function messageOf(values: readonly Value[]): Buffer {
  const fields = values.flatMap((one) =>
    one === null ? [int32(-1)] : [int32(Buffer.byteLength(one)), Buffer.from(one)],
  );
  const body = Buffer.concat([Buffer.from([values.length >> 8, values.length & 255]), ...fields]);
  return Buffer.concat([Buffer.from('D'), int32(body.length + 4), body]);
}

function int32(number: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(number);
  return bytes;
}

/** Cuts bytes into pieces of these lengths, over and over; each has its own memory, as from a socket. */
function* cut(bytes: Buffer, lengths: readonly number[]): Generator<Buffer> {
  for (let [at, n] = [0, 0]; at < bytes.length; n++) {
    const end = at + (lengths[n % lengths.length] as number);
    yield Buffer.from(bytes.subarray(at, end));
    at = end;
  }
}

/** Returns the rows that a connection receives in these pieces. */
function receive(pieces: Iterable<Buffer>): readonly RowBytes[] {
  const stream = new EventEmitter();
  const connection = new RowConnection({ stream: () => new PassThrough() });
  connection.attachListeners(stream as NodeJS.ReadableStream & EventEmitter);
  const received: RowBytes[] = [];
  connection.on('dataRow', (one: RowBytes) => received.push(one));
  for (const piece of pieces) stream.emit('data', piece);
  return received;
}

test('rows keep their values, however the stream is cut and in whatever order they are read', () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(fc.array(row, { maxLength: 40 }), lengths, fc.infiniteStream(fc.nat()), (rows, lengths, order) => {
      const received = receive(cut(Buffer.concat(rows.map(messageOf)), lengths));

      expect(received.map((one) => one.fields)).toEqual(rows);
      expect(received.map((one) => one.size)).toEqual(
        rows.map((values) => values.reduce((sum, one) => sum + Buffer.byteLength(one ?? ''), 0)),
      );
      for (let n = 0; n < 3 * rows.length; n++) {
        const i = order.next().value % rows.length;
        const place = (order.next().value % 10) - 1;
        expect(received[i]?.text(place)).toBe(rows[i]?.[place] ?? null);
        expect(received[i]?.isNull(place)).toBe((rows[i]?.[place] ?? null) === null);
      }
    }),
    runs(100),
  );
});

test('a row may have no column, or as many as PostgreSQL allows', () => {
  const rows = [[], Array.from({ length: 1664 }, (_, i) => `${i}`), []];
  const received = receive([Buffer.concat(rows.map(messageOf))]);
  expect(received.map((one) => one.fields)).toEqual(rows);
  expect(received[1]?.text(1664)).toBeNull();
});

const bytesOfRead = 65_536;

test.for([
  ['short', 40_000, 80],
  ['long', 8, 1_200_000],
] as const)('%s rows keep as much memory as was sent', async ([, count, length]) => {
  const sent = messageOf(['serial', 'x'.repeat(length)]);
  const before = await usedMemory();
  const received = receive(cut(Buffer.concat(Array.from({ length: count }, () => sent)), [bytesOfRead]));
  const { arrayBuffers } = await usedMemory();
  expect(arrayBuffers - before.arrayBuffers).toBeLessThan(1.1 * count * sent.length);
  expect(received.length).toBe(count);
});

test('a value does not keep the text of a long row', async () => {
  const [count, length] = [100, 100_000];
  const before = await usedMemory();
  const values = Array.from({ length: count }, (_, i) => {
    const [row] = receive([messageOf([`a serial with number ${i}`, 'x'.repeat(length)])]);
    return row?.text(0);
  });
  const { heapUsed } = await usedMemory();
  expect(heapUsed - before.heapUsed).toBeLessThan((count * length) / 2);
  expect(values.at(-1)).toBe('a serial with number 99');
});
