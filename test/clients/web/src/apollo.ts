// #region client
import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client';
import { relayStylePagination } from '@apollo/client/utilities';
import { parts } from './aggregates';
import { patientFetch } from './patientFetch';

export const createClient = (uri: string) =>
  new ApolloClient({
    link: new HttpLink({ uri, fetch: patientFetch }),
    cache: new InMemoryCache({
      typePolicies: {
        Query: { fields: { devices: relayStylePagination(['where', 'orderBy']) } },
        Device: { fields: { events: relayStylePagination(['where', 'orderBy']) } },
        ...Object.fromEntries(parts.map((name) => [name, { merge: true }])),
      },
    }),
  });

// #endregion

// #region query
import { devicesQuery } from './devices';
import type { DeviceWhere } from './gql/graphql';

export async function findDevices(client: ApolloClient, where: DeviceWhere) {
  const { data } = await client.query({
    query: devicesQuery,
    variables: { first: 100, where, orderBy: [{ siteId: 'ASC' }, { serial: 'ASC' }] },
  });
  return data?.devices?.edges.map(({ node }) => node.serial);
}
// #endregion

// #region pages
export function watchDevices(client: ApolloClient, show: (serials: string[], hasMore: boolean) => void) {
  const list = client.watchQuery({ query: devicesQuery, variables: { first: 15, orderBy: [{ serial: 'ASC' }] } });
  let after: string | null = null;
  list.subscribe(({ data, dataState }) => {
    if (dataState !== 'complete' || !data.devices) return;
    const { edges, pageInfo } = data.devices;
    after = pageInfo.endCursor;
    show(
      edges.map(({ node }) => node.serial),
      pageInfo.hasNextPage,
    );
  });
  return { more: () => list.fetchMore({ variables: { after } }) };
}

// #endregion

// #region errors
import { CombinedGraphQLErrors } from '@apollo/client';
import { overviewQuery } from './overview';

export async function overview(client: ApolloClient) {
  const { data, error } = await client.query({ query: overviewQuery, errorPolicy: 'all' });
  return { devices: data?.devices?.totalCount, incidents: data?.incidents?.totalCount, codes: codesOf(error) };
}

export const codesOf = (error: unknown) =>
  CombinedGraphQLErrors.is(error) ? error.errors.map(({ extensions }) => extensions?.['code']) : [];
// #endregion
