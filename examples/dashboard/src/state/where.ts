import type { DeviceWhere, EventWhere, IncidentWhere } from '../gql/graphql';
import { during } from './range';
import type { View } from './view';

/** What a view asks of the device of a row, and no more than it asks: a null would be refused. */
export function deviceOf({ site, device }: View): { readonly device?: DeviceWhere } {
  if (device) return { device: { serial: { eq: device } } };
  return site ? { device: { site: { code: { eq: site } } } } : {};
}

export const overviewWhere = (view: View): EventWhere => ({ ...deviceOf(view), occurredAt: during(view.range) });

export const measureWhere = (view: View): EventWhere => ({
  ...overviewWhere(view),
  eventTypeId: { eq: view.measure },
});

export const openIncidentWhere = (view: View): IncidentWhere => ({ ...deviceOf(view), closedAt: { isNull: true } });

/** Of one device all incidents, of many those that are not over. */
export const incidentWhere = (view: View): IncidentWhere => (view.device ? deviceOf(view) : openIncidentWhere(view));
