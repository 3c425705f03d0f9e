import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/**
 * A proxy process that makes a database on this machine look further away: whatever the database sends arrives later,
 * by the delay that the parent process last set. Node.js' timers only count whole milliseconds, so while data is due it
 * sleeps for fractions of one.
 */
interface Parcel {
  readonly due: number;
  readonly to: Socket;
  readonly data: Buffer;
}

const mostSlept = 0.1;
const nothing = new Int32Array(new SharedArrayBuffer(4));

const port = Number(process.argv[2]);
let delayMs = 0;
let parcels: Parcel[] = [];

const server = createServer({ noDelay: true }, (near) => {
  const far = connect({ port, host: '127.0.0.1', noDelay: true });
  for (const [socket, other] of [
    [near, far],
    [far, near],
  ] as const) {
    socket.on('error', () => {}); // `close` follows, and ends the other side
    socket.on('close', () => other.destroySoon());
  }
  near.pipe(far);
  far.on('data', (data) => {
    if (parcels.length === 0) setImmediate(deliver);
    parcels.push({ due: performance.now() + delayMs, to: near, data });
  });
});
process.on('message', (ms: number) => {
  delayMs = ms;
});
process.on('disconnect', () => process.exit());
await once(server.listen(0, '127.0.0.1'), 'listening');
process.send?.((server.address() as AddressInfo).port);

/** Sends what is due. Parcels are due in the order in which they arrived, except around a change of the delay. */
function deliver(): void {
  const now = performance.now();
  const later = parcels.findIndex(({ due }) => due > now);
  const due = later === -1 ? parcels : parcels.slice(0, later);
  parcels = parcels.slice(due.length);
  for (const { to, data } of due) if (to.writable) to.write(data);
  const [next] = parcels;
  if (!next) return;
  Atomics.wait(nothing, 0, 0, Math.min(mostSlept, next.due - now));
  setImmediate(deliver);
}
