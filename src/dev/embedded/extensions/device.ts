import type { Extension } from 'events-graphql/extension';

/** Fields of a device that a telemetry team needs in addition to its columns. */
export default (({ table, batch, read, sql }) => {
  const device = table('device', { device_id: 'UUID!', model: 'String!', serial: 'String!' });
  const incident = table('incident', { device_id: 'UUID', closed_at: 'DateTime' });

  /** Counts for all devices of a list in one statement. */
  const openIncidents = batch(async (ids: readonly string[], db) => {
    const rows = await read(
      db,
      sql`
        select count(i.device_id) as open from unnest(${ids}::uuid[]) with ordinality as k(device_id, n)
        left join ${incident.sql} i on i.device_id = k.device_id and i.closed_at is null
        group by k.n order by k.n`,
      { open: 'Int!' },
    );
    return rows.map(({ open }) => open);
  });

  device.fields((_t, from) => ({
    label: from('model', 'serial').string({
      description: 'What people call the device: its model and serial number.',
      resolve: ({ model, serial }) => `${model} ${serial}`,
    }),
    openIncidentCount: from('device_id').int({
      description: 'The number of its incidents that are not closed.',
      resolve: ({ device_id }, _args, context) => openIncidents.load(context, device_id),
    }),
  }));
}) satisfies Extension;
