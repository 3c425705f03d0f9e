import type { DeviceWhere, EventWhere, IncidentWhere } from '../gql/graphql';
import { during } from './range';
import type { View } from './view';

/** Makes the filter on a row's device, with only the view's conditions, because a null would be rejected. */
function deviceOf({ site, device }: View): { readonly device?: DeviceWhere } {
  if (device) return { device: { serial: { eq: device } } };
  return site ? { device: { site: { code: { eq: site } } } } : {};
}

/** The filter for events of all times. */
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

/** The filter for incidents that began in the range, which the charts mark. */
export const markedWhere = (view: View): IncidentWhere => ({ ...deviceOf(view), openedAt: during(view.range) });

/** The filter for all incidents of one device, or for the open ones of several. */
export const incidentWhere = (view: View): IncidentWhere => (view.device ? deviceOf(view) : openIncidentWhere(view));
