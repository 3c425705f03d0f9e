// #region query
import { graphql } from './gql';

export const devicesQuery = graphql(`
  query Devices($first: Int!, $after: String, $where: DeviceWhere, $orderBy: [DeviceOrderBy!]) {
    devices(first: $first, after: $after, where: $where, orderBy: $orderBy) {
      edges {
        node {
          id
          serial
          status
          site {
            id
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
`);
// #endregion

// #region grid
export const deviceGridQuery = graphql(`
  query DeviceGrid($offset: Int!) {
    devices(first: 25, offset: $offset, orderBy: [{ serial: ASC }]) {
      nodes {
        id
        serial
      }
      totalCount
    }
  }
`);
// #endregion
