import { Agent, request } from 'node:http';
import { type Attack, repeat } from '../attack.ts';

/** Calls the readiness probe, which needs no token, on 1,500 persistent connections. */
export const probes: Attack = {
  name: 'probes',
  async run({ container }, signal) {
    const agent = new Agent({ keepAlive: true });
    const { port } = container();
    const ask = () =>
      new Promise<boolean>((resolve) => {
        request({ agent, host: '127.0.0.1', port, path: '/health/ready' }, (response) => {
          response.resume().on('close', () => resolve(response.statusCode === 200));
        })
          .on('error', () => resolve(false))
          .end();
      });
    const result = await repeat(signal, 1500, ask);
    agent.destroy();
    return result;
  },
};
