import pg from 'pg';
import { Parser } from 'pg-protocol/dist/parser.js';
import { RowBytes } from '../sql/rowBytes.ts';

/** The internals of pg-protocol's parser that this relies on, for which its version is pinned. */
interface ParserInternals {
  /** The bytes that were not parsed yet: the first part of a message. */
  buffer: Buffer;
  bufferOffset: number;
  bufferLength: number;
  parse(bytes: Buffer, received: (message: Message) => void): void;
  mergeBuffer(bytes: Buffer): void;
  handlePacket(offset: number, code: number, length: number, bytes: Buffer): Message;
}

interface Message {
  readonly name: string;
}

const PgParser = Parser as unknown as new () => ParserInternals;

/** The code of a DataRow message, "D". */
const dataRow = 0x44;
const bytesOfLength = 4;

/** A parser that does not decode the values of rows, and does not change bytes that rows refer to. */
class RowParser extends PgParser {
  override handlePacket(offset: number, code: number, length: number, bytes: Buffer): Message {
    if (code !== dataRow) return super.handlePacket(offset, code, length, bytes);
    return new RowBytes(bytes, offset, length - bytesOfLength);
  }

  /** Copies an unfinished message first; pg-protocol would move it to where the rows before it are. */
  override mergeBuffer(bytes: Buffer): void {
    if (this.bufferOffset > 0) {
      this.buffer = Buffer.from(this.buffer.subarray(this.bufferOffset, this.bufferOffset + this.bufferLength));
      this.bufferOffset = 0;
    }
    super.mergeBuffer(bytes);
  }
}

/** The internals of pg's connection that this relies on. */
const PgConnection = pg.Connection as unknown as new (
  config: pg.ConnectionConfig,
) => pg.Connection & { attachListeners(stream: NodeJS.ReadableStream): void };

/** A connection that receives rows as their bytes. */
export class RowConnection extends PgConnection {
  override attachListeners(stream: NodeJS.ReadableStream): void {
    const parser = new RowParser();
    const emit = (message: Message) =>
      void this.emit(message.name === 'error' ? 'errorMessage' : message.name, message);
    stream.on('data', (bytes: Buffer) => parser.parse(bytes, emit));
  }
}
