import { expectTypeOf } from 'vitest';
import type { DeviceOrderBy, DeviceWhere, EventWhere, LastEventsQuery } from './gql/graphql';

/** Compiled, never run: the generated types are those that the documentation tells. */
type Device = NonNullable<LastEventsQuery['deviceBySerial']>;
type Event = NonNullable<Device['events']>['nodes'][number];

expectTypeOf<Device['id']>().toEqualTypeOf<string>();
expectTypeOf<Device['samplingInterval']>().toEqualTypeOf<string>();
expectTypeOf<Event['eventId']>().toEqualTypeOf<string>();
expectTypeOf<Event['occurredAt']>().toEqualTypeOf<string>();
expectTypeOf<Event['value']>().toEqualTypeOf<string | null>();
expectTypeOf<Event['payload']>().toEqualTypeOf<unknown>();
expectTypeOf<NonNullable<Device['events']>['totalCount']>().toEqualTypeOf<number | null>();

export const orders: DeviceOrderBy[] = [
  { serial: 'ASC' },
  // @ts-expect-error one column each
  { serial: 'ASC', model: 'DESC' },
  // @ts-expect-error one column
  {},
];
export const numbers: EventWhere = { eventId: { gt: 5 }, value: { lt: '1.5' } };
export const status: DeviceWhere = {
  // @ts-expect-error labels of enums are in capitals
  status: { eq: 'active' },
};
