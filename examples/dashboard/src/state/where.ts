import type { DeviceWhere, EventWhere, IncidentWhere } from '../gql/graphql';
import { during } from './range';
import type { View } from './view';

/** What a view asks of the device of a row, and no more than it asks: a null would be refused. */
function deviceOf({ site, device }: View): { readonly device?: DeviceWhere } {
  if (device) return { device: { serial: { eq: device } } };
  return site ? { device: { site: { code: { eq: site } } } } : {};
}

/** Of all times. */
export const eventWhere = (view: View): EventWhere => ({
  ...deviceOf(view),
  ...(view.severities.length > 0 && { severity: { in: [...view.severities] } }),
});

export const overviewWhere = (view: View): EventWhere => ({ ...eventWhere(view), occurredAt: during(view.range) });

export const measureWhere = (view: View): EventWhere => ({
  ...overviewWhere(view),
  eventTypeId: { eq: view.measure },
});

export const openIncidentWhere = (view: View): IncidentWhere => ({ ...deviceOf(view), closedAt: { isNull: true } });

/** Those that began in the range: the charts have a mark for each. */
export const markedWhere = (view: View): IncidentWhere => ({ ...deviceOf(view), openedAt: during(view.range) });

/** Of one device all incidents, of many those that are not over. */
export const incidentWhere = (view: View): IncidentWhere => (view.device ? deviceOf(view) : openIncidentWhere(view));
