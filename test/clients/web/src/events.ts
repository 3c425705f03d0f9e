import { graphql } from './gql';

/** Values of many scalars. */
export const lastEventsQuery = graphql(`
  query LastEvents($serial: String!) {
    deviceBySerial(serial: $serial) {
      id
      samplingInterval
      events(last: 2, orderBy: [{ occurredAt: ASC }]) {
        nodes {
          id
          eventId
          occurredAt
          value
          payload
        }
        totalCount
      }
    }
  }
`);
