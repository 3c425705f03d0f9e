import type { Db } from '../../db/db.ts';
import { eq, ident, sql } from '../../db/sql/sql.ts';
import { extension } from './extension.ts';

/** What a telemetry team asks of a device beside its columns. */
export const device = extension({
  table: 'device',
  columns: ['device_id', 'model', 'serial'],
  requires: { incident: ['device_id', 'closed_at'] },
  fields: (t, from, { catalog }) => ({
    label: t.string({
      description: 'What people call the device: its model and serial number.',
      ...from(['model', 'serial'], ({ model, serial }) => `${model} ${serial}`),
    }),
    openIncidentCount: t.int({
      description: 'How many of its incidents are not closed.',
      ...from(['device_id'], ({ device_id }, _args, { loaders }) =>
        loaders.custom(openIncidents, device_id, catalog.schema),
      ),
    }),
  }),
});

/** Counts for all devices of a list in one statement. */
const openIncidents = async (ids: readonly (string | null)[], db: Db, schema: string): Promise<readonly number[]> => {
  const rows = await db.rows(sql`
    select pg_catalog.count(i.device_id) as open
    from pg_catalog.unnest(${ids}::pg_catalog.uuid[]) with ordinality as k(device_id, n)
    left join ${ident(schema, 'incident')} i on i.device_id ${eq} k.device_id and i.closed_at is null
    group by k.n order by k.n`);
  return rows.map(({ open }) => Number(open));
};
