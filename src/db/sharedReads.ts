import type { Meter } from './pool/meter.ts';
import type { Row } from './sql/row.ts';

/** A statement with its settings. On one database, equal questions at the same time have the same answer. */
export interface Question {
  readonly text: string;
  readonly values: readonly unknown[];
  readonly settings: readonly unknown[];
}

/** A request that wants the rows of a statement. */
export interface Reader {
  /** Aborts when it no longer wants them. */
  readonly signal?: AbortSignal | undefined;
  /** Counts its bytes. An error that it throws affects this reader alone. */
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

interface Reading {
  readonly question: Question;
  /** Its values and settings as one text, after its first comparison. */
  compared?: string;
  readonly members: Set<Member>;
  readonly end: AbortController;
  /** Bytes that have arrived. */
  bytes: number;
  rows?: readonly Row[];
}

interface Member extends Reader {
  reading: Reading;
  readonly resolve: (rows: readonly Row[]) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Shares equal reads. Each waits for a connection in its own turn, and the first to get one reads for all that wait.
 * Readers who come later get later rows. Lasting reads are shared by all, whenever they ask.
 */
export function shareReads({ lasting = false } = {}): SharedReads {
  const open = new Map<string, Set<Reading>>();

  const equalTo = (reading: Reading): readonly Reading[] =>
    [...(open.get(reading.question.text) ?? [])].filter(
      (other) => !other.end.signal.aborted && valuesIn(other) === valuesIn(reading),
    );

  function begin(reading: Reading): void {
    const { text } = reading.question;
    open.set(text, (open.get(text) ?? new Set()).add(reading));
  }

  function close(reading: Reading): void {
    const { text } = reading.question;
    open.get(text)?.delete(reading);
    if (open.get(text)?.size === 0) open.delete(text);
  }

  return {
    rows(question, reader, run) {
      const reading: Reading = { question, members: new Set(), end: new AbortController(), bytes: 0 };
      const [known] = lasting ? equalTo(reading) : [];
      if (known) return join(known, reader);
      begin(reading);
      const sending = () => {
        if (lasting) return;
        close(reading);
        for (const other of equalTo(reading)) {
          close(other);
          takeOver(reading, other);
        }
      };
      const joined = join(reading, reader);
      run({ signal: reading.end.signal, meter: meterOf(reading) }, sending).then(
        (rows) => {
          reading.rows = rows;
          for (const { resolve } of reading.members) resolve(rows);
        },
        (error) => {
          close(reading); // the next one may succeed
          for (const { reject } of reading.members) reject(error);
        },
      );
      return joined;
    },
  };
}

function valuesIn(reading: Reading): string {
  const { values, settings } = reading.question;
  reading.compared ??= JSON.stringify([values, settings]);
  return reading.compared;
}

async function join(reading: Reading, reader: Reader): Promise<readonly Row[]> {
  reader.meter?.add(reading.bytes);
  if (reading.rows) return reading.rows;
  const { promise, resolve, reject } = Promise.withResolvers<readonly Row[]>();
  const member: Member = { ...reader, reading, resolve, reject };
  const stop = () => leave(member, reader.signal?.reason);
  reading.members.add(member);
  reader.signal?.addEventListener('abort', stop);
  if (reader.signal?.aborted) stop();
  try {
    return await promise;
  } finally {
    reader.signal?.removeEventListener('abort', stop);
  }
}

/** Removes a reader. The last one cancels the statement, and is done when that has ended. */
function leave(member: Member, reason: unknown): void {
  const { members, end } = member.reading;
  if (members.size === 1) end.abort(reason);
  else {
    members.delete(member);
    member.meter?.drop();
    member.reject(reason);
  }
}

/** Created once, since each new error would capture a stack. */
const readByAnother = new Error('another reader reads it');

function takeOver(reading: Reading, other: Reading): void {
  for (const member of other.members) {
    member.reading = reading;
    reading.members.add(member);
  }
  other.members.clear();
  other.end.abort(readByAnother);
}

const meterOf = (reading: Reading): Meter => ({
  add(bytes) {
    reading.bytes += bytes;
    for (const member of reading.members) {
      try {
        member.meter?.add(bytes);
      } catch (error) {
        if (reading.members.size === 1) throw error;
        leave(member, error);
      }
    }
  },
  drop() {
    reading.bytes = 0;
    for (const { meter } of reading.members) meter?.drop();
  },
});
