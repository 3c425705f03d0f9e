import { type PoolConfig, readPoolConfig } from '../../config/config.ts';
import type { Environment } from '../../config/variables.ts';
import { asAdministrator } from '../administrator.ts';
import { type Output, terminal } from '../output.ts';
import { apply } from './apply.ts';
import { quoted, sequentialMode, serverDatabase } from './change.ts';
import { objectionTo, plan } from './plan.ts';
import { extrasOf } from './privileges.ts';
import { asScript, changeLines, compare, isSomethingNeeded } from './render.ts';
import { readRoleSpec } from './roleSpec.ts';
import { readState } from './state.ts';

/**
 * Creates the app's role with its grants, or revokes them, as the administrator named by the environment. Only what is
 * not yet right is changed. Resolves with 1 if the app still lacks something it needs, else with 0.
 */
export async function grant(
  environment: Environment,
  args: readonly string[],
  { out, err }: Output = terminal,
): Promise<number> {
  const config = readPoolConfig(environment);
  const { schema, statementTimeoutMs } = config;
  const { spec, isPrintOnly } = readRoleSpec(args, { schema, session: { statementTimeoutMs } });
  const connections = await open(config);
  const { server, contents } = connections;
  try {
    const before = await readState(server, contents, spec);
    const objection = objectionTo(before, spec);
    if (objection) {
      err(`${objection}\n`);
      return 1;
    }
    const changes = plan(before, spec);
    if (isPrintOnly) {
      out(asScript(changes, before.contents));
      return 0;
    }
    const { isCluster, database: own } = before.contents;
    // In a cluster, a role exists on all nodes if it is created in the database that knows the nodes.
    const clientOf = (database: string) => (isCluster || database === own.name ? contents : server);
    if (isCluster) await contents.query(sequentialMode);
    const failures = await apply(changes, clientOf);
    const after = await readState(server, contents, spec);
    const results = compare(changes, plan(after, spec));
    const extras = spec.isRevoked ? [] : extrasOf(after.contents, spec);
    out(changeLines(results, failures, extras, after.contents.database));
    if (spec.isPlain && !before.server.role) {
      out(`\nThe role has no password yet: ALTER ROLE ${quoted(spec.role)} PASSWORD '...';\n`);
    }
    return isSomethingNeeded(results) ? 1 : 0;
  } finally {
    await connections.close();
  }
}

/** Connects to the database of the roles and to the one with the schema. */
async function open(config: PoolConfig) {
  const { contents, server } = await asAdministrator(config, async (login) => {
    const contents = await login();
    const server = await login(serverDatabase).catch(async (error) => {
      await contents.close();
      throw error;
    });
    return { contents, server };
  });
  const close = async () => void (await Promise.all([server.close(), contents.close()]));
  return { server: server.client, contents: contents.client, close };
}
