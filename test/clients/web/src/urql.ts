// #region client
import { Client, fetchExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import { parts } from './aggregates';
import { patientFetch } from './patientFetch';

export const createClient = (url: string) =>
  new Client({
    url,
    fetch: patientFetch,
    preferGetMethod: false, // a GET would put the filters into the logs of every proxy
    exchanges: [
      cacheExchange({
        keys: Object.fromEntries(parts.map((name) => [name, () => null])),
        resolvers: { Query: { devices: relayPagination() }, Device: { events: relayPagination() } },
      }),
      fetchExchange,
    ],
  });

// #endregion

// #region query
import { devicesQuery } from './devices';
import type { DeviceWhere } from './gql/graphql';

export async function findDevices(client: Client, where: DeviceWhere) {
  const { data, error } = await client.query(devicesQuery, {
    first: 100,
    where,
    orderBy: [{ siteId: 'ASC' }, { serial: 'ASC' }],
  });
  if (error) throw error;
  return data?.devices?.edges.map(({ node }) => node.serial);
}
// #endregion

// #region pages
export async function allDevices(client: Client) {
  const page = (after?: string | null) =>
    client.query(devicesQuery, { first: 15, after, orderBy: [{ serial: 'ASC' }] }).toPromise();
  let { data } = await page();
  while (data?.devices?.pageInfo.hasNextPage) ({ data } = await page(data.devices.pageInfo.endCursor));
  return data?.devices?.edges.map(({ node }) => node.serial);
}

// #endregion

// #region errors
import { CombinedError } from '@urql/core';
import { overviewQuery } from './overview';

export async function overview(client: Client) {
  const { data, error } = await client.query(overviewQuery, {});
  return { devices: data?.devices?.totalCount, incidents: data?.incidents?.totalCount, codes: codesOf(error) };
}

export const codesOf = (error: unknown) =>
  error instanceof CombinedError ? error.graphQLErrors.map(({ extensions }) => extensions['code']) : [];
// #endregion
