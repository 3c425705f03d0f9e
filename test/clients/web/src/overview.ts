// #region query
import { graphql } from './gql';

export const overviewQuery = graphql(`
  query Overview {
    devices(first: 1) {
      totalCount
    }
    incidents(first: 1, where: { closedAt: { isNull: true } }) {
      totalCount
    }
  }
`);
// #endregion
