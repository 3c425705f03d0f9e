import pg from 'pg';

const prefix = 'events-graphql owner ';
const local = { ssl: false, connectionTimeoutMillis: 5000 } as const;

/**
 * Opens a session that marks this process as the server's owner. The session ends with the process, however that ends.
 * There is one owner at a time, since only one server can run on a directory.
 */
export async function ownServer(connection: pg.ClientConfig): Promise<pg.Client> {
  const client = new pg.Client({ ...connection, ...local, application_name: `${prefix}${process.pid}` });
  client.on('error', () => undefined); // `end` follows
  await client.connect();
  return client;
}

export interface Ownership {
  /** Process id of the owner. */
  readonly owner: string | null;
  /** True if the server has run long enough for its starter, if still alive, to have connected. */
  readonly settled: boolean;
}

export async function readOwnership(connection: pg.ClientConfig): Promise<Ownership> {
  const client = new pg.Client({ ...connection, ...local });
  await client.connect();
  try {
    const { rows } = await client.query<Ownership>(
      `select
        (select substr(application_name, $1) from pg_stat_activity where application_name ^@ $2 limit 1) as owner,
        clock_timestamp() > pg_postmaster_start_time() + interval '2 seconds' as settled`,
      [prefix.length + 1, prefix],
    );
    return rows[0] ?? { owner: null, settled: false };
  } finally {
    await client.end();
  }
}
