import { isDeepStrictEqual } from 'node:util';
import type { Meter } from './pool/meter.ts';
import type { Row } from './sql/row.ts';

/** A statement with what it runs under: of one database, equal ones find the same rows at the same time. */
export interface Question {
  readonly text: string;
  readonly values: readonly unknown[];
  readonly settings: readonly unknown[];
}

/** Who wants the rows of a statement. */
export interface Reader {
  /** It wants them no longer. */
  readonly signal?: AbortSignal | undefined;
  /** Counts what comes for it. What this throws is for this reader alone. */
  readonly meter?: Meter | undefined;
}

/** Equal reads that are one statement. It ends when none of its readers wants the rows any more. */
export interface SharedReads {
  /** `run` waits for a connection as any read does, and calls `sending` before each time that it sends the statement. */
  rows(
    question: Question,
    reader: Reader,
    run: (reader: Required<Reader>, sending: () => void) => Promise<readonly Row[]>,
  ): Promise<readonly Row[]>;
}

interface Reading {
  readonly question: Question;
  readonly members: Set<Member>;
  readonly end: AbortController;
  /** So many bytes have come. */
  bytes: number;
  rows?: readonly Row[];
}

interface Member extends Reader {
  reading: Reading;
  readonly resolve: (rows: readonly Row[]) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Reads that wait for a connection wait each in its own turn: the first that gets one reads for all equal ones that wait
 * at that moment. Who comes later gets rows of later. Lasting ones are for all who ask for them, whenever they do.
 */
export function shareReads({ lasting = false } = {}): SharedReads {
  const open = new Map<string, Set<Reading>>();

  const equalTo = (question: Question): readonly Reading[] =>
    [...(open.get(question.text) ?? [])].filter(
      (reading) => !reading.end.signal.aborted && isDeepStrictEqual(reading.question, question),
    );

  function begin(question: Question): Reading {
    const reading: Reading = { question, members: new Set(), end: new AbortController(), bytes: 0 };
    open.set(question.text, (open.get(question.text) ?? new Set()).add(reading));
    return reading;
  }

  function close(reading: Reading): void {
    const { text } = reading.question;
    open.get(text)?.delete(reading);
    if (open.get(text)?.size === 0) open.delete(text);
  }

  return {
    rows(question, reader, run) {
      const [known] = lasting ? equalTo(question) : [];
      if (known) return join(known, reader);
      const reading = begin(question);
      const sending = () => {
        if (lasting) return;
        close(reading);
        for (const other of equalTo(question)) {
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

/** The last one takes the statement along, and is done when that has ended. */
function leave(member: Member, reason: unknown): void {
  const { members, end } = member.reading;
  if (members.size === 1) end.abort(reason);
  else {
    members.delete(member);
    member.meter?.drop();
    member.reject(reason);
  }
}

/** Made once: an error for each would cost its stack. */
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
