// #region types
/** Types without an id in this front end's documents: each object belongs to its parent object. */
export const parts = [
  ...['EventAggregate', 'EventColumnAggregates', 'DecimalAggregate', 'EventGroupKey'],
  'EventsAdded',
];

// #endregion

// #region queries
import { graphql } from './gql';

export const meanQuery = graphql(`
  query Mean($serial: String!) {
    deviceBySerial(serial: $serial) {
      id
      eventsAggregate {
        count
        of {
          value {
            avg
          }
        }
      }
    }
  }
`);

export const rangeQuery = graphql(`
  query Range($serial: String!) {
    deviceBySerial(serial: $serial) {
      id
      eventsAggregate {
        of {
          value {
            min
            max
          }
        }
      }
    }
  }
`);
// #endregion

export const bySeverityQuery = graphql(`
  query BySeverity {
    eventsGroupedAggregate(groupBy: { columns: [SEVERITY] }) {
      key {
        severity
      }
      count
    }
  }
`);
