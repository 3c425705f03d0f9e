import { sendUnfinished } from '../../support/unfinished.ts';
import { type Attack, repeat } from '../attack.ts';

/** 220 clients of one caller who may write send almost all of a 5 MB body each; a disconnected client comes again. */
export const unfinishedBodies: Attack = {
  name: 'unfinished bodies',
  async run({ container, headersOf }, signal) {
    const headers = await headersOf('attacker');
    return repeat(signal, 220, async () => {
      const socket = sendUnfinished(container().port, 5_000_000, headers);
      const stop = () => socket.destroy();
      signal.addEventListener('abort', stop);
      if (signal.aborted) stop();
      socket.resume();
      await new Promise((resolve) => socket.once('close', resolve));
      signal.removeEventListener('abort', stop);
      return signal.aborted;
    });
  },
};
