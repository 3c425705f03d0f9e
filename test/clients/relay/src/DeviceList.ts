// #region query
import { type Environment, fetchQuery, graphql } from 'relay-runtime';
import type { DeviceListQuery } from './__generated__/DeviceListQuery.graphql';

const query = graphql`
  query DeviceListQuery($count: Int!, $cursor: String, $where: DeviceWhere = {}) @throwOnFieldError {
    devices(first: $count, after: $cursor, where: $where, orderBy: [{ serial: ASC }])
      @connection(key: "DeviceList_devices") {
      edges {
        node {
          id
          serial
          site {
            name
          }
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`;

/** Loads a page and resolves with all rows of the connection in the store. */
export const loadDevices = (environment: Environment, variables: DeviceListQuery['variables']) =>
  fetchQuery<DeviceListQuery>(environment, query, variables).toPromise();
// #endregion

// #region pages
export async function allDevices(environment: Environment) {
  let data = await loadDevices(environment, { count: 15 });
  while (data?.devices?.pageInfo.hasNextPage)
    data = await loadDevices(environment, { count: 15, cursor: data.devices.pageInfo.endCursor });
  return data?.devices?.edges.map(({ node }) => node.serial);
}
// #endregion
