import type { ClientBase } from 'pg';
import { type Sql, sql, toQuery } from '../../db/sql/sql.ts';
import { type ContentsState, contentsState } from './contentsState.ts';
import type { RoleSpec } from './roleSpec.ts';
import { type ServerState, serverState } from './serverState.ts';

/** The role and its privileges as they are now. */
export interface State {
  readonly server: ServerState;
  readonly contents: ContentsState;
}

/** Reads both databases: `server` is connected to `postgres`, `contents` to the one with the schema. */
export async function readState(server: ClientBase, contents: ClientBase, spec: RoleSpec): Promise<State> {
  return {
    server: await ask<ServerState>(server, serverState(spec)),
    contents: await ask<ContentsState>(contents, contentsState(spec)),
  };
}

async function ask<T>(client: ClientBase, value: Sql): Promise<T> {
  const { rows } = await client.query<{ value: T }>(toQuery(sql`select ${value} as value`));
  const [row] = rows;
  if (!row) throw new Error('The query of the catalog returned no row');
  return row.value;
}
