// #region document
import { graphql } from './gql';

export const tailDocument = graphql(`
  subscription Tail($after: String) {
    eventsAdded(after: $after) {
      edges {
        node {
          id
          eventId
        }
      }
      cursor
      end
    }
  }
`);
// #endregion
