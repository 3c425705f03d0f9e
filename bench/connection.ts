import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** The part of an answer that the load checks; status 0 means that no answer came. */
interface Answer {
  readonly status: number;
  /** Length of the body. */
  readonly bytes: number;
}

const noAnswer: Answer = { status: 0, bytes: 0 };
const lastChunk = '0\r\n\r\n';

/**
 * A connection that sends one request at a time. Node.js' own client takes several times the CPU, which the server and
 * the database would then lack.
 */
export class Connection {
  readonly #port: number;
  #socket: Socket;
  #head: { readonly status: number; readonly start: number; readonly length: number | null } | null = null;
  #held: Buffer[] = [];
  #bytes = 0;
  #answer: (answer: Answer) => void = () => {};

  private constructor(port: number) {
    this.#port = port;
    this.#socket = this.#connect();
  }

  static async open(port: number): Promise<Connection> {
    const connection = new Connection(port);
    await once(connection.#socket, 'connect');
    return connection;
  }

  /** Sends a request; resolves with its answer. */
  ask(request: Buffer): Promise<Answer> {
    if (this.#socket.destroyed) this.#socket = this.#connect();
    return new Promise((resolve) => {
      this.#answer = resolve;
      this.#socket.write(request);
    });
  }

  #connect(): Socket {
    const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true });
    socket.on('data', (chunk) => this.#take(chunk));
    socket.on('error', () => {}); // `close` follows
    socket.on('close', () => this.#end(noAnswer));
    return socket;
  }

  #take(chunk: Buffer): void {
    this.#held.push(chunk);
    this.#bytes += chunk.length;
    this.#head ??= this.#readHead();
    if (!this.#head) return;
    const { status, start, length } = this.#head;
    if (length !== null) {
      if (this.#bytes >= start + length) this.#end({ status, bytes: length });
      return;
    }
    const data = Buffer.concat(this.#held);
    if (data.subarray(-5).toString('latin1') === lastChunk) this.#end({ status, bytes: lengthOfChunks(data, start) });
  }

  /** Returns the head of the response; null until it is complete. */
  #readHead() {
    const data = Buffer.concat(this.#held);
    const end = data.indexOf('\r\n\r\n');
    if (end < 0) return null;
    const head = data.toString('latin1', 0, end);
    const length = /\ncontent-length: *(\d+)/i.exec(head)?.[1];
    return { status: Number(head.slice(9, 12)), start: end + 4, length: length === undefined ? null : Number(length) };
  }

  #end(answer: Answer): void {
    this.#head = null;
    this.#held = [];
    this.#bytes = 0;
    this.#answer(answer);
  }
}

/** Adds up the lengths of the chunks. Only line ends separate them, which JSON contains at most as white space. */
function lengthOfChunks(data: Buffer, start: number): number {
  let bytes = 0;
  for (let at = start; ; ) {
    const end = data.indexOf('\r\n', at);
    const size = Number.parseInt(data.toString('latin1', at, end), 16);
    if (!(size > 0)) return bytes;
    bytes += size;
    at = end + 2 + size + 2;
  }
}
