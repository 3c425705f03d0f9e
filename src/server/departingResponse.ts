import { type IncomingMessage, ServerResponse } from 'node:http';
import { inSlices, isSliceOver } from '../db/pool/slices.ts';

/** Responses whose clients left before they had the answer, and which have not emitted `close` yet. */
const departed: Pick<DepartingResponse, 'emitClose'>[] = [];

/**
 * A response that may wait for a slice before it emits `close`, if its client leaves before it has the answer. Node.js
 * reports, in one turn of the event loop, all connections that have closed, and ending a stream takes a tenth of a
 * millisecond.
 */
export class DepartingResponse<R extends IncomingMessage = IncomingMessage> extends ServerResponse<R> {
  override emit(event: string | symbol, ...given: readonly unknown[]): boolean {
    if (event !== 'close' || this.writableFinished) return super.emit(event, ...given);
    departed.push(this);
    if (departed.length === 1) void inSlices({ caller: 'departures', request: departed }, seeOff());
    return this.listenerCount(event) > 0;
  }

  emitClose(): void {
    super.emit('close');
  }
}

function* seeOff(): Generator<void, void> {
  while (departed.length > 0) {
    if (isSliceOver()) yield;
    departed.shift()?.emitClose();
  }
}
