import fc from 'fast-check';

/** Tells whether PostgreSQL keeps the whole name; it truncates names of more than 63 bytes. */
const fits = (name: string) => name !== '' && Buffer.byteLength(name) <= 63 && !name.includes('\0');

const system = ['tableoid', 'ctid', 'xmin', 'xmax', 'cmin', 'cmax'];

/** Any name of a column or table, often a troublesome one. */
export const anyName = fc
  .oneof(
    fc.constantFrom(
      ...[
        'id',
        'ID',
        'row_id',
        'rowId',
        'node',
        'nodes',
        'query',
        'and',
        'or',
        'not',
        'first',
        'where',
        'select',
        'user',
      ],
      ...[
        '__typename',
        '__schema',
        'constructor',
        '__proto__',
        'toString',
        'then',
        'true',
        'null',
        '$n',
        '$0.0',
        'key 0',
      ],
      ...[
        'a b',
        'a-b',
        'a_b',
        'aB',
        'AB',
        'a"b',
        "a'b",
        'a.b',
        'a\\b',
        'a\nb',
        ' ',
        '"',
        '1st',
        '_',
        '__',
        '%',
        'String',
      ],
      ...['größe', 'e\u0301', 'é', '通知', '警告', 'температура', 'درجة', '🙂', 'u901A', 'u901A_u77E5', 'x'.repeat(63)],
      ...[
        'é'.repeat(31),
        '知'.repeat(21),
        `${'y'.repeat(59)}_id`,
        'device',
        'devices',
        'device_id',
        'Query',
        'int_where',
      ],
    ),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
  )
  .filter((name) => fits(name) && !system.includes(name));
