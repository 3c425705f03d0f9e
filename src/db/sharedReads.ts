import type { Meter } from './pool/meter.ts';
import type { Row } from './sql/row.ts';

/** A statement with its settings. On one database, equal questions at the same time have the same answer. */
export interface Question {
  /** The text that identifies the statement with its values. */
  readonly identity: string;
  readonly settings: readonly unknown[];
}

/** A request that wants the rows of a statement. */
export interface Reader {
  /** Aborts when the reader no longer wants the rows. */
  readonly signal?: AbortSignal | undefined;
  /** Counts the bytes of the rows. An error that the meter throws affects this reader alone. */
  readonly meter?: Meter | undefined;
}

/** Equal reads that share one statement, which ends when none of its readers wants the rows any more. */
export interface SharedReads {
  /**
   * Reads the rows. `run` waits for a connection like any read, and calls `sending` each time before it sends the
   * statement.
   */
  rows(
    question: Question,
    reader: Reader,
    run: (reader: Required<Reader>, sending: () => void) => Promise<readonly Row[]>,
  ): Promise<readonly Row[]>;
}

/** A statement that reads for its members. */
interface Reading {
  readonly question: Question;
  readonly members: Set<Member>;
  readonly end: AbortController;
  /** Bytes that have arrived. */
  bytes: number;
  rows?: readonly Row[];
}

interface Member extends Reader {
  reading: Reading;
  /** Stops listening to the reader's signal. */
  readonly settle: () => void;
  readonly resolve: (rows: readonly Row[]) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Shares equal reads. Each waits for a connection in its own turn, and the first to get one reads for all that wait.
 * Readers who come after the statement was sent start another read. With `lasting`, one read serves all readers,
 * whenever they come.
 */
export function shareReads({ lasting = false } = {}): SharedReads {
  const open = createOpenReadings();
  return {
    rows(question, reader, run) {
      const reading: Reading = { question, members: new Set(), end: new AbortController(), bytes: 0 };
      const [known] = lasting ? open.equalTo(reading) : [];
      if (known) return join(known, reader);
      const joined = join(reading, reader);
      if (reading.members.size === 0) return joined; // its meter has refused it
      open.add(reading);
      const sending = () => {
        if (lasting) return;
        open.remove(reading);
        for (const other of open.equalTo(reading)) {
          open.remove(other);
          takeOver(reading, other);
        }
      };
      run({ signal: reading.end.signal, meter: new SharedMeter(reading) }, sending).then(
        (rows) => {
          reading.rows = rows;
          for (const { settle, resolve } of reading.members) {
            settle();
            resolve(rows);
          }
        },
        (error) => {
          open.remove(reading); // the next one may succeed
          for (const { settle, reject } of reading.members) {
            settle();
            reject(error);
          }
        },
      );
      return joined;
    },
  };
}

/** Creates the collection of readings that others may join. */
function createOpenReadings() {
  const byIdentity = new Map<string, Set<Reading>>();
  return {
    add(reading: Reading): void {
      const { identity } = reading.question;
      const equal = byIdentity.get(identity);
      if (equal) equal.add(reading);
      else byIdentity.set(identity, new Set([reading]));
    },
    remove(reading: Reading): void {
      const { identity } = reading.question;
      const equal = byIdentity.get(identity);
      equal?.delete(reading);
      if (equal?.size === 0) byIdentity.delete(identity);
    },
    equalTo({ question: { identity, settings } }: Reading): readonly Reading[] {
      const found: Reading[] = [];
      for (const reading of byIdentity.get(identity) ?? nothing)
        if (!reading.end.signal.aborted && isEqual(reading.question.settings, settings)) found.push(reading);
      return found;
    },
  };
}

const nothing: readonly Reading[] = [];

/** Tells whether settings are equal; those of the same claims are the same list. */
const isEqual = (some: readonly unknown[], others: readonly unknown[]): boolean =>
  some === others || JSON.stringify(some) === JSON.stringify(others);

/** Adds a reader. Rejects if the reader's meter refuses the bytes that have arrived. */
function join(reading: Reading, reader: Reader): Promise<readonly Row[]> {
  return new Promise((resolve, reject) => {
    reader.meter?.add(reading.bytes);
    if (reading.rows) return resolve(reading.rows);
    const stop = () => leave(member, reader.signal?.reason);
    const settle = () => reader.signal?.removeEventListener('abort', stop);
    const member: Member = { ...reader, reading, settle, resolve, reject };
    reading.members.add(member);
    reader.signal?.addEventListener('abort', stop);
    if (reader.signal?.aborted) stop();
  });
}

/** Removes a reader. The last one cancels the statement, and settles once that has ended. */
function leave(member: Member, reason: unknown): void {
  const { members, end } = member.reading;
  if (members.size === 1) end.abort(reason);
  else {
    members.delete(member);
    member.meter?.drop();
    member.settle();
    member.reject(reason);
  }
}

/** The reason to end a read once another serves its readers. It is created once, since each error captures a stack. */
const readByAnother = new Error('another reader reads it');

function takeOver(reading: Reading, other: Reading): void {
  for (const member of other.members) {
    member.reading = reading;
    reading.members.add(member);
  }
  other.members.clear();
  other.end.abort(readByAnother);
}

/** Counts the bytes of a reading for all its readers. */
class SharedMeter implements Meter {
  readonly #reading: Reading;

  constructor(reading: Reading) {
    this.#reading = reading;
  }

  get bytes(): number {
    return this.#reading.bytes;
  }

  add(bytes: number): void {
    const { members } = this.#reading;
    this.#reading.bytes += bytes;
    for (const member of members) {
      try {
        member.meter?.add(bytes);
      } catch (error) {
        if (members.size === 1) throw error;
        leave(member, error);
      }
    }
  }

  drop(): void {
    this.#reading.bytes = 0;
    for (const { meter } of this.#reading.members) meter?.drop();
  }
}
