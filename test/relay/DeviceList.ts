/**
 * Documents with everything that Relay requires of a server: connections that its compiler accepts, refetching by
 * `node`, global ids. relay-compiler reads them; nothing runs this file.
 */
declare const graphql: (document: TemplateStringsArray) => unknown;

export const deviceListQuery = graphql`
  query DeviceListQuery($where: DeviceWhere = {}) {
    ...DeviceList_devices @arguments(where: $where)
    node(id: "") {
      ...DeviceListEvents_device @alias(as: "device")
    }
  }
`;

export const deviceList = graphql`
  fragment DeviceList_devices on Query
  @refetchable(queryName: "DeviceListPageQuery")
  @argumentDefinitions(
    count: { type: "Int", defaultValue: 20 }
    cursor: { type: "String" }
    where: { type: "DeviceWhere", defaultValue: {} }
  ) {
    devices(first: $count, after: $cursor, where: $where, orderBy: [{ serial: ASC }])
      @connection(key: "DeviceList_devices") {
      edges {
        node {
          id
          serial
          status
          site {
            name
          }
        }
      }
      totalCount
    }
  }
`;

export const deviceEvents = graphql`
  fragment DeviceListEvents_device on Device
  @refetchable(queryName: "DeviceListEventsPageQuery")
  @argumentDefinitions(count: { type: "Int", defaultValue: 10 }, cursor: { type: "String" }) {
    events(last: $count, before: $cursor, orderBy: [{ occurredAt: ASC }]) @connection(key: "DeviceListEvents_events") {
      edges {
        node {
          id
          occurredAt
          value
          payload
        }
      }
    }
  }
`;
