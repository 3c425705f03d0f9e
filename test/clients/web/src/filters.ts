// #region where
import type { DeviceStatus, DeviceWhere } from './gql/graphql';

export interface DeviceSearch {
  serial?: string;
  site?: string;
  statuses: DeviceStatus[];
}

export const whereOf = ({ serial, site, statuses }: DeviceSearch): DeviceWhere => ({
  serial: serial ? { startsWith: serial } : undefined,
  site: site ? { code: { eq: site } } : undefined,
  status: statuses.length > 0 ? { in: statuses } : undefined,
});
// #endregion
