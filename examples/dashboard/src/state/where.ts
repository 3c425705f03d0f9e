import type { DeviceWhere, EventWhere, IncidentWhere } from '../gql/graphql';
import { during } from './range';
import type { View } from './view';

/** The filters that a view means, with nothing in them that it does not ask for: a null would be refused. */
function deviceWhere({ site, device }: View): DeviceWhere | null {
  if (device) return { serial: { eq: device } };
  return site ? { site: { code: { eq: site } } } : null;
}

export function eventWhere(view: View): EventWhere {
  const device = deviceWhere(view);
  return device ? { device } : {};
}

export const overviewWhere = (view: View): EventWhere => ({ ...eventWhere(view), occurredAt: during(view.range) });

export const measureWhere = (view: View): EventWhere => ({
  ...overviewWhere(view),
  eventTypeId: { eq: view.measure },
});

/** Of one device all incidents, of many those that are not over. */
export function incidentWhere(view: View): IncidentWhere {
  const device = deviceWhere(view);
  return { ...(device && { device }), ...(!view.device && { closedAt: { isNull: true } }) };
}
