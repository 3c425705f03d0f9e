import { setTimeout as wait } from 'node:timers/promises';
import { startContainer } from '../support/container.ts';
import { createIssuer, tenantId } from '../support/issuer.ts';
import { post, variablesFor } from '../support/program.ts';
import type { Attack, Target } from './attack.ts';
import type { ChaosDatabase } from './database.ts';
import { startOthers } from './others.ts';
import type { Observation } from './verdict.ts';

/** The server's files, and the arguments that run it. */
export interface Image {
  readonly folder: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

export interface ChaosOptions {
  readonly image: Image;
  readonly database: ChaosDatabase;
  readonly attacks: readonly Attack[];
  /** Memory limits; every attack runs with each. */
  readonly megabytes: readonly number[];
  /** Length of an attack. Before it, others are measured for half as long without it. */
  readonly seconds: number;
  readonly onSeen: (observation: Observation) => void;
}

/** Runs each attack on a new server, with each memory limit, and returns the results. */
export async function unleash({ attacks, megabytes, onSeen, ...options }: ChaosOptions): Promise<void> {
  const issuer = await createIssuer();
  try {
    for (const size of megabytes)
      for (const attack of attacks) onSeen(await endure(attack, size, { ...options, issuer }));
  } finally {
    await issuer.end();
  }
}

type Surroundings = Pick<ChaosOptions, 'image' | 'database' | 'seconds'> & {
  readonly issuer: Awaited<ReturnType<typeof createIssuer>>;
};

async function endure(attack: Attack, megabytes: number, { image, database, seconds, issuer }: Surroundings) {
  const { variables, args = [], end } = (await attack.prepare?.(database)) ?? {};
  const start = () =>
    startContainer({
      folder: image.folder,
      args: [...args, ...image.args],
      megabytes,
      variables: {
        ...image.environment,
        ...variablesFor(database.connection),
        ...{ HOST: '127.0.0.1', DOCUMENTS: 'any', LOG_LEVEL: 'info' },
        ...{ AUTH: 'entra', AUTH_TENANT_ID: tenantId, AUTH_AUDIENCE: issuer.config.audiences.join() },
        ...{ AUTH_AUTHORITY: issuer.authority, ...variables },
      },
    });
  let container = await start();
  const headersOf = createHeaders(issuer);
  const target: Target = {
    database,
    container: () => container,
    async kill() {
      await container.stop();
      container = await start();
    },
    headersOf,
    ask: async (query, { caller = 'attacker', variables } = {}) =>
      post(container.port, query, await headersOf(caller), variables),
  };
  const others =
    attack.excuses === 'all' ? null : startOthers({ port: container.port, headers: await headersOf('other') });
  try {
    if (others) await wait(1000 + 500 * seconds);
    const calm = (await others?.samples()) ?? [];
    const result = await attack.run(target, AbortSignal.timeout(Math.ceil(1000 * seconds)));
    const meanwhile = (await others?.samples()) ?? [];
    const lives = container.lives();
    const peakMegabytes = lives ? await container.peakMegabytes() : 0;
    const { bound } = container;
    return { attack, megabytes, bound, result, calm, meanwhile, lives, peakMegabytes };
  } finally {
    others?.end();
    await container.stop();
    await end?.();
  }
}

/** Callers with all permissions, one token each. */
function createHeaders(issuer: Surroundings['issuer']): Target['headersOf'] {
  const tokens = new Map<string, Promise<string>>();
  const roles = ['Events.Read', 'Events.Write', 'Events.Explore'];
  return async (caller) => {
    const token = tokens.get(caller) ?? issuer.sign({ oid: caller, roles });
    tokens.set(caller, token);
    return { authorization: `Bearer ${await token}` };
  };
}
