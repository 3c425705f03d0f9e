import pg from 'pg';
import { Parser } from 'pg-protocol/dist/parser.js';
import { RowBytes } from '../sql/rowBytes.ts';

/** The internals of pg-protocol's parser that this file relies on. They are why its version is pinned. */
interface ParserInternals {
  /** The bytes not parsed yet: the first part of a message. */
  buffer: Buffer;
  bufferOffset: number;
  bufferLength: number;
  parse(bytes: Buffer, received: (message: Message) => void): void;
  handlePacket(offset: number, code: number, length: number, bytes: Buffer): Message;
}

interface Message {
  readonly name: string;
}

const PgParser = Parser as unknown as new () => ParserInternals;

/** The code of a DataRow message, "D". */
const dataRow = 0x44;
const bytesOfCode = 1;
const bytesOfLength = 4;
const bytesOfHeader = bytesOfCode + bytesOfLength;

/**
 * A parser that does not decode the values of rows, never changes the bytes that rows refer to, and keeps only what
 * arrived. It joins the parts of a message itself: pg-protocol copies them over earlier rows, or into a buffer twice as
 * large as needed.
 */
class RowParser extends PgParser {
  #parts: Buffer[] = [];
  #arrived = 0;
  /** Number of bytes that complete the first message, or its header until its length is known. */
  #needed = bytesOfHeader;

  override parse(bytes: Buffer, received: (message: Message) => void): void {
    this.#parts.push(bytes);
    this.#arrived += bytes.length;
    if (this.#arrived < this.#needed) return;
    super.parse(this.#parts.length === 1 ? bytes : Buffer.concat(this.#parts, this.#arrived), received);
    this.#keep(this.buffer.subarray(this.bufferOffset, this.bufferOffset + this.bufferLength));
    this.buffer = nothing;
    this.bufferOffset = 0;
    this.bufferLength = 0;
  }

  override handlePacket(offset: number, code: number, length: number, bytes: Buffer): Message {
    if (code !== dataRow) return super.handlePacket(offset, code, length, bytes);
    return new RowBytes(bytes, offset, length - bytesOfLength);
  }

  /** Keeps the first part of a message until the rest arrives. */
  #keep(rest: Buffer): void {
    this.#parts = rest.length > 0 ? [rest] : [];
    this.#arrived = rest.length;
    this.#needed = rest.length < bytesOfHeader ? bytesOfHeader : bytesOfCode + rest.readUInt32BE(bytesOfCode);
  }
}

const nothing = Buffer.alloc(0);

/** The internals of pg's connection that this file relies on. */
const PgConnection = pg.Connection as unknown as new (
  config: pg.ConnectionConfig,
) => pg.Connection & { attachListeners(stream: NodeJS.ReadableStream): void };

/** A listener for the bytes that arrive. */
export interface ByteListener {
  received(bytes: number): void;
}

/** A connection that receives rows as their bytes. */
export class RowConnection extends PgConnection {
  /**
   * The listener, called after bytes were parsed. It is a property, because adding a listener to the stream and
   * removing it for each statement is slower.
   */
  listener: ByteListener | undefined;

  override attachListeners(stream: NodeJS.ReadableStream): void {
    const parser = new RowParser();
    const emit = (message: Message) =>
      void this.emit(message.name === 'error' ? 'errorMessage' : message.name, message);
    stream.on('data', (bytes: Buffer) => {
      parser.parse(bytes, emit);
      this.listener?.received(bytes.length);
    });
  }
}
