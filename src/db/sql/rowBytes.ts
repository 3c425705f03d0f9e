/**
 * A row as PostgreSQL sent it. Its values become text only when they are read, because the texts of a long result would
 * keep the garbage collector busy. Source: PostgreSQL documentation, "Message Formats", DataRow.
 */
export class RowBytes {
  readonly #bytes: Buffer;
  readonly #start: number;
  readonly #end: number;

  /** Takes the message's bytes, beginning with its number of columns. */
  constructor(bytes: Buffer, start: number, length: number) {
    this.#bytes = bytes;
    this.#start = start;
    this.#end = start + length;
  }

  /** Tells whether this column's value is null, or there is no such column. */
  isNull(place: number): boolean {
    this.#locate();
    return place < 0 || place >= located.count || located.lengths[place] === absent;
  }

  /** Reads the value in this column; null if there is none. */
  text(place: number): string | null {
    if (this.isNull(place)) return null;
    const start = located.starts[place] as number;
    const end = start + (located.lengths[place] as number);
    const bytes = this.#bytes;
    if (end - start > longestValue || this.#end - this.#start > longestRow) return bytes.toString('utf8', start, end);
    for (let i = start; i < end; i++) if ((bytes[i] as number) > lastAscii) return bytes.toString('utf8', start, end);
    // A substring costs a third of what Node.js takes to decode a few bytes, but V8 keeps the whole text for it.
    located.text ??= bytes.toString('latin1', this.#start, this.#end);
    return located.text.substring(start - this.#start, end - this.#start);
  }

  /** Length of its values, in bytes. */
  get size(): number {
    return this.#end - this.#start - 2 - 4 * this.#bytes.readInt16BE(this.#start);
  }

  /** The name of the message, for pg. */
  get name(): 'dataRow' {
    return 'dataRow';
  }

  /** The texts of all values, for the queries of pg. */
  get fields(): readonly (string | null)[] {
    return Array.from({ length: this.#bytes.readInt16BE(this.#start) }, (_, place) => this.text(place));
  }

  #locate(): void {
    if (located.row === this) return;
    const bytes = this.#bytes;
    located.row = this;
    located.text = undefined;
    located.count = bytes.readInt16BE(this.#start);
    let at = this.#start + 2;
    for (let place = 0; place < located.count; place++) {
      const length = bytes.readInt32BE(at);
      at += 4;
      located.starts[place] = at;
      located.lengths[place] = length;
      if (length !== absent) at += length;
    }
  }
}

/** Length of a null. */
const absent = -1;
const lastAscii = 127;
/** Values up to this length are taken from the text of the whole row, if they are ASCII. */
const longestValue = 64;
/** Rows up to this length are decoded as a whole. A part of a longer one would keep too much memory. */
const longestRow = 1024;

/** PostgreSQL's limit on the columns of a result. Source: `MaxTupleAttributeNumber` in its htup_details.h. */
const maxColumns = 1664;

/** The places of the values in the row read last. One row suffices, since its values are mostly read together. */
const located: {
  row: RowBytes | undefined;
  count: number;
  readonly starts: Int32Array;
  readonly lengths: Int32Array;
  /** The whole row, with a character for each byte. */
  text: string | undefined;
} = {
  row: undefined,
  count: 0,
  starts: new Int32Array(maxColumns),
  lengths: new Int32Array(maxColumns),
  text: undefined,
};
