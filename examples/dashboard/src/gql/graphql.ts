/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
export type BigIntWhere = {
  /** Equal to. */
  eq?: string | number | null | undefined;
  /** Greater than. */
  gt?: string | number | null | undefined;
  /** Greater than or equal to. */
  gte?: string | number | null | undefined;
  /** Equal to one of these; an empty list matches nothing. */
  in?: Array<string | number> | null | undefined;
  /** Whether the value is null. */
  isNull?: boolean | null | undefined;
  /** Less than. */
  lt?: string | number | null | undefined;
  /** Less than or equal to. */
  lte?: string | number | null | undefined;
  /** Not equal to; never matches null. */
  ne?: string | number | null | undefined;
  /** Equal to none of these; never matches null. */
  notIn?: Array<string | number> | null | undefined;
};

export type BooleanWhere = {
  /** Equal to. */
  eq?: boolean | null | undefined;
  /** Equal to one of these; an empty list matches nothing. */
  in?: Array<boolean> | null | undefined;
  /** Whether the value is null. */
  isNull?: boolean | null | undefined;
  /** Not equal to; never matches null. */
  ne?: boolean | null | undefined;
  /** Equal to none of these; never matches null. */
  notIn?: Array<boolean> | null | undefined;
};

export type DateTimeWhere = {
  /** Equal to. */
  eq?: string | null | undefined;
  /** Greater than. */
  gt?: string | null | undefined;
  /** Greater than or equal to. */
  gte?: string | null | undefined;
  /** Equal to one of these; an empty list matches nothing. */
  in?: Array<string> | null | undefined;
  /** Whether the value is null. */
  isNull?: boolean | null | undefined;
  /** Less than. */
  lt?: string | null | undefined;
  /** Less than or equal to. */
  lte?: string | null | undefined;
  /** Not equal to; never matches null. */
  ne?: string | null | undefined;
  /** Equal to none of these; never matches null. */
  notIn?: Array<string> | null | undefined;
  /** Not older than this, by the clock of the database. */
  within?: string | null | undefined;
};

export type DateWhere = {
  /** Equal to. */
  eq?: string | null | undefined;
  /** Greater than. */
  gt?: string | null | undefined;
  /** Greater than or equal to. */
  gte?: string | null | undefined;
  /** Equal to one of these; an empty list matches nothing. */
  in?: Array<string> | null | undefined;
  /** Whether the value is null. */
  isNull?: boolean | null | undefined;
  /** Less than. */
  lt?: string | null | undefined;
  /** Less than or equal to. */
  lte?: string | null | undefined;
  /** Not equal to; never matches null. */
  ne?: string | null | undefined;
  /** Equal to none of these; never matches null. */
  notIn?: Array<string> | null | undefined;
  /** Not older than this, by the clock of the database. */
  within?: string | null | undefined;
};

export type DecimalWhere = {
  /** Equal to. */
  eq?: string | number | null | undefined;
  /** Greater than. */
  gt?: string | number | null | undefined;
  /** Greater than or equal to. */
  gte?: string | number | null | undefined;
  /** Equal to one of these; an empty list matches nothing. */
  in?: Array<string | number> | null | undefined;
  /** Whether the value is null. */
  isNull?: boolean | null | undefined;
  /** Less than. */
  lt?: string | number | null | undefined;
  /** Less than or equal to. */
  lte?: string | number | null | undefined;
  /** Not equal to; never matches null. */
  ne?: string | number | null | undefined;
  /** Equal to none of these; never matches null. */
  notIn?: Array<string | number> | null | undefined;
};

/** Conditions on related rows. `every` is also true if there are none. */
export type DeviceActivityManyWhere = {
  every?: DeviceActivityWhere | null | undefined;
  none?: DeviceActivityWhere | null | undefined;
  some?: DeviceActivityWhere | null | undefined;
};

/** Conditions on `device_activity`; all must hold. */
export type DeviceActivityWhere = {
  /** All of these; an empty list matches everything. */
  and?: Array<DeviceActivityWhere> | null | undefined;
  device?: DeviceWhere | null | undefined;
  deviceId?: UuidWhere | null | undefined;
  errorCount?: BigIntWhere | null | undefined;
  eventCount?: BigIntWhere | null | undefined;
  lastEventAt?: DateTimeWhere | null | undefined;
  /** Not this; a condition on null is neither true nor false. */
  not?: DeviceActivityWhere | null | undefined;
  openIncidents?: BigIntWhere | null | undefined;
  /** At least one of these; an empty list matches nothing. */
  or?: Array<DeviceActivityWhere> | null | undefined;
  serial?: StringWhere | null | undefined;
  site?: SiteWhere | null | undefined;
  siteId?: IntWhere | null | undefined;
};

/** Conditions on related rows. `every` is also true if there are none. */
export type DeviceGroupMemberManyWhere = {
  every?: DeviceGroupMemberWhere | null | undefined;
  none?: DeviceGroupMemberWhere | null | undefined;
  some?: DeviceGroupMemberWhere | null | undefined;
};

/** Conditions on `device_group_member`; all must hold. */
export type DeviceGroupMemberWhere = {
  addedAt?: DateTimeWhere | null | undefined;
  /** All of these; an empty list matches everything. */
  and?: Array<DeviceGroupMemberWhere> | null | undefined;
  device?: DeviceWhere | null | undefined;
  deviceGroup?: DeviceGroupWhere | null | undefined;
  deviceGroupId?: IntWhere | null | undefined;
  deviceId?: UuidWhere | null | undefined;
  /** Not this; a condition on null is neither true nor false. */
  not?: DeviceGroupMemberWhere | null | undefined;
  /** At least one of these; an empty list matches nothing. */
  or?: Array<DeviceGroupMemberWhere> | null | undefined;
};

/** Conditions on `device_group`; all must hold. */
export type DeviceGroupWhere = {
  /** All of these; an empty list matches everything. */
  and?: Array<DeviceGroupWhere> | null | undefined;
  description?: StringWhere | null | undefined;
  deviceGroupId?: IntWhere | null | undefined;
  deviceGroupMembers?: DeviceGroupMemberManyWhere | null | undefined;
  name?: StringWhere | null | undefined;
  /** Not this; a condition on null is neither true nor false. */
  not?: DeviceGroupWhere | null | undefined;
  /** At least one of these; an empty list matches nothing. */
  or?: Array<DeviceGroupWhere> | null | undefined;
};

/** Conditions on related rows. `every` is also true if there are none. */
export type DeviceManyWhere = {
  every?: DeviceWhere | null | undefined;
  none?: DeviceWhere | null | undefined;
  some?: DeviceWhere | null | undefined;
};

/** Where a device is in its life. `device_status` */
export type DeviceStatus =
  /** `active` */
  | 'ACTIVE'
  /** `maintenance` */
  | 'MAINTENANCE'
  /** `planned` */
  | 'PLANNED'
  /** `retired` */
  | 'RETIRED';

export type DeviceStatusWhere = {
  /** Equal to. */
  eq?: DeviceStatus | null | undefined;
  /** Greater than. */
  gt?: DeviceStatus | null | undefined;
  /** Greater than or equal to. */
  gte?: DeviceStatus | null | undefined;
  /** Equal to one of these; an empty list matches nothing. */
  in?: Array<DeviceStatus> | null | undefined;
  /** Whether the value is null. */
  isNull?: boolean | null | undefined;
  /** Less than. */
  lt?: DeviceStatus | null | undefined;
  /** Less than or equal to. */
  lte?: DeviceStatus | null | undefined;
  /** Not equal to; never matches null. */
  ne?: DeviceStatus | null | undefined;
  /** Equal to none of these; never matches null. */
  notIn?: Array<DeviceStatus> | null | undefined;
};

/** Conditions on `device`; all must hold. */
export type DeviceWhere = {
  /** All of these; an empty list matches everything. */
  and?: Array<DeviceWhere> | null | undefined;
  attributes?: JsonWhere | null | undefined;
  batteryLevel?: FloatWhere | null | undefined;
  deviceActivity?: DeviceActivityWhere | null | undefined;
  deviceGroupMembers?: DeviceGroupMemberManyWhere | null | undefined;
  deviceId?: UuidWhere | null | undefined;
  displayName?: StringWhere | null | undefined;
  events?: EventManyWhere | null | undefined;
  incidents?: IncidentManyWhere | null | undefined;
  incidentsByCauseDeviceId?: IncidentManyWhere | null | undefined;
  installedOn?: DateWhere | null | undefined;
  ipAddress?: NetworkTextWhere | null | undefined;
  model?: StringWhere | null | undefined;
  /** Not this; a condition on null is neither true nor false. */
  not?: DeviceWhere | null | undefined;
  /** At least one of these; an empty list matches nothing. */
  or?: Array<DeviceWhere> | null | undefined;
  samplingInterval?: DurationWhere | null | undefined;
  serial?: StringWhere | null | undefined;
  site?: SiteWhere | null | undefined;
  siteId?: IntWhere | null | undefined;
  status?: DeviceStatusWhere | null | undefined;
  tags?: StringListWhere | null | undefined;
};

export type DurationWhere = {
  /** Equal to. */
  eq?: string | null | undefined;
  /** Greater than. */
  gt?: string | null | undefined;
  /** Greater than or equal to. */
  gte?: string | null | undefined;
  /** Equal to one of these; an empty list matches nothing. */
  in?: Array<string> | null | undefined;
  /** Whether the value is null. */
  isNull?: boolean | null | undefined;
  /** Less than. */
  lt?: string | null | undefined;
  /** Less than or equal to. */
  lte?: string | null | undefined;
  /** Not equal to; never matches null. */
  ne?: string | null | undefined;
  /** Equal to none of these; never matches null. */
  notIn?: Array<string> | null | undefined;
};

/** Conditions on related rows. `every` is also true if there are none. */
export type EventManyWhere = {
  every?: EventWhere | null | undefined;
  none?: EventWhere | null | undefined;
  some?: EventWhere | null | undefined;
};

/** Conditions on `event_type`; all must hold. */
export type EventTypeWhere = {
  /** All of these; an empty list matches everything. */
  and?: Array<EventTypeWhere> | null | undefined;
  defaultSeverity?: SeverityWhere | null | undefined;
  eventTypeId?: StringWhere | null | undefined;
  events?: EventManyWhere | null | undefined;
  name?: StringWhere | null | undefined;
  normalRange?: RangeTextWhere | null | undefined;
  /** Not this; a condition on null is neither true nor false. */
  not?: EventTypeWhere | null | undefined;
  /** At least one of these; an empty list matches nothing. */
  or?: Array<EventTypeWhere> | null | undefined;
  unit?: StringWhere | null | undefined;
};

/** Conditions on `event`; all must hold. */
export type EventWhere = {
  /** All of these; an empty list matches everything. */
  and?: Array<EventWhere> | null | undefined;
  device?: DeviceWhere | null | undefined;
  deviceId?: UuidWhere | null | undefined;
  eventId?: BigIntWhere | null | undefined;
  eventType?: EventTypeWhere | null | undefined;
  eventTypeId?: StringWhere | null | undefined;
  /** Not this; a condition on null is neither true nor false. */
  not?: EventWhere | null | undefined;
  occurredAt?: DateTimeWhere | null | undefined;
  /** At least one of these; an empty list matches nothing. */
  or?: Array<EventWhere> | null | undefined;
  payload?: JsonWhere | null | undefined;
  receivedAt?: DateTimeWhere | null | undefined;
  severity?: SeverityWhere | null | undefined;
  value?: DecimalWhere | null | undefined;
};

export type FloatWhere = {
  /** Equal to. */
  eq?: number | null | undefined;
  /** Greater than. */
  gt?: number | null | undefined;
  /** Greater than or equal to. */
  gte?: number | null | undefined;
  /** Equal to one of these; an empty list matches nothing. */
  in?: Array<number> | null | undefined;
  /** Whether the value is null. */
  isNull?: boolean | null | undefined;
  /** Less than. */
  lt?: number | null | undefined;
  /** Less than or equal to. */
  lte?: number | null | undefined;
  /** Not equal to; never matches null. */
  ne?: number | null | undefined;
  /** Equal to none of these; never matches null. */
  notIn?: Array<number> | null | undefined;
};

/** Conditions on related rows. `every` is also true if there are none. */
export type IncidentManyWhere = {
  every?: IncidentWhere | null | undefined;
  none?: IncidentWhere | null | undefined;
  some?: IncidentWhere | null | undefined;
};

/** Conditions on `incident`; all must hold. */
export type IncidentWhere = {
  acknowledgedAt?: DateTimeWhere | null | undefined;
  /** All of these; an empty list matches everything. */
  and?: Array<IncidentWhere> | null | undefined;
  causeDevice?: DeviceWhere | null | undefined;
  causeDeviceId?: UuidWhere | null | undefined;
  closedAt?: DateTimeWhere | null | undefined;
  device?: DeviceWhere | null | undefined;
  deviceId?: UuidWhere | null | undefined;
  duration?: DurationWhere | null | undefined;
  incidentId?: IntWhere | null | undefined;
  /** Not this; a condition on null is neither true nor false. */
  not?: IncidentWhere | null | undefined;
  openedAt?: DateTimeWhere | null | undefined;
  /** At least one of these; an empty list matches nothing. */
  or?: Array<IncidentWhere> | null | undefined;
  severity?: SeverityWhere | null | undefined;
  title?: StringWhere | null | undefined;
  words?: SearchTextWhere | null | undefined;
};

export type IntWhere = {
  /** Equal to. */
  eq?: number | null | undefined;
  /** Greater than. */
  gt?: number | null | undefined;
  /** Greater than or equal to. */
  gte?: number | null | undefined;
  /** Equal to one of these; an empty list matches nothing. */
  in?: Array<number> | null | undefined;
  /** Whether the value is null. */
  isNull?: boolean | null | undefined;
  /** Less than. */
  lt?: number | null | undefined;
  /** Less than or equal to. */
  lte?: number | null | undefined;
  /** Not equal to; never matches null. */
  ne?: number | null | undefined;
  /** Equal to none of these; never matches null. */
  notIn?: Array<number> | null | undefined;
};

export type JsonPathWhere = {
  /** Compares a Boolean; other values count as absent. */
  boolean?: BooleanWhere | null | undefined;
  /** Contains these keys and values, or these items. */
  contains?: unknown;
  /** Equal to. */
  eq?: unknown;
  /** Has this key at its top level, or this string as an item. */
  hasKey?: string | null | undefined;
  /** Equal to one of these; an empty list matches nothing. */
  in?: Array<unknown> | null | undefined;
  /** Compares an instant, a string in RFC 3339; other values count as absent. */
  instant?: DateTimeWhere | null | undefined;
  /** Whether the value is null. */
  isNull?: boolean | null | undefined;
  /** Compares the length of an array; other values count as absent. */
  length?: IntWhere | null | undefined;
  /** Not equal to; never matches null. */
  ne?: unknown;
  /** Equal to none of these; never matches null. */
  notIn?: Array<unknown> | null | undefined;
  /** Compares a number; other values count as absent. */
  number?: DecimalWhere | null | undefined;
  /** A path of keys and list positions. Example: ["sensors", "0", "unit"]. */
  path: Array<string>;
  /** Compares a string; other values count as absent. */
  string?: StringWhere | null | undefined;
  /** Has one of these types; NULL is JSON's null. */
  type?: Array<JsonType> | null | undefined;
};

export type JsonType =
  | 'ARRAY'
  | 'BOOLEAN'
  | 'NULL'
  | 'NUMBER'
  | 'OBJECT'
  | 'STRING';

export type JsonWhere = {
  /** Compares the value at a path. */
  at?: JsonPathWhere | null | undefined;
  /** Compares a Boolean; other values count as absent. */
  boolean?: BooleanWhere | null | undefined;
  /** Contains these keys and values, or these items. */
  contains?: unknown;
  /** Equal to. */
  eq?: unknown;
  /** Has this key at its top level, or this string as an item. */
  hasKey?: string | null | undefined;
  /** Equal to one of these; an empty list matches nothing. */
  in?: Array<unknown> | null | undefined;
  /** Compares an instant, a string in RFC 3339; other values count as absent. */
  instant?: DateTimeWhere | null | undefined;
  /** Whether the value is null. */
  isNull?: boolean | null | undefined;
  /** Compares the length of an array; other values count as absent. */
  length?: IntWhere | null | undefined;
  /** Not equal to; never matches null. */
  ne?: unknown;
  /** Equal to none of these; never matches null. */
  notIn?: Array<unknown> | null | undefined;
  /** Compares a number; other values count as absent. */
  number?: DecimalWhere | null | undefined;
  /** Compares a string; other values count as absent. */
  string?: StringWhere | null | undefined;
  /** Has one of these types; NULL is JSON's null. */
  type?: Array<JsonType> | null | undefined;
};

export type NetworkTextWhere = {
  /** Lies within this network, or is equal to it. Example: "10.0.0.0/8". */
  containedBy?: string | null | undefined;
  /** Contains this address or network, or is equal to it. Example: "10.1.0.0/16". */
  contains?: string | null | undefined;
  /** Equal to. */
  eq?: string | null | undefined;
  /** Greater than. */
  gt?: string | null | undefined;
  /** Greater than or equal to. */
  gte?: string | null | undefined;
  /** Equal to one of these; an empty list matches nothing. */
  in?: Array<string> | null | undefined;
  /** Whether the value is null. */
  isNull?: boolean | null | undefined;
  /** Less than. */
  lt?: string | null | undefined;
  /** Less than or equal to. */
  lte?: string | null | undefined;
  /** Not equal to; never matches null. */
  ne?: string | null | undefined;
  /** Equal to none of these; never matches null. */
  notIn?: Array<string> | null | undefined;
  /** Contains this network, or lies within it. Example: "10.0.0.0/8". */
  overlaps?: string | null | undefined;
};

export type RangeTextWhere = {
  /** Touches this range without a value in common. Example: "[1,5)". */
  adjacent?: string | null | undefined;
  /** Lies within this range. Example: "[1,5)". */
  containedBy?: string | null | undefined;
  /** Contains this value, or all of this range. Example: "[1,5)". */
  contains?: string | null | undefined;
  /** Equal to. */
  eq?: string | null | undefined;
  /** Greater than. */
  gt?: string | null | undefined;
  /** Greater than or equal to. */
  gte?: string | null | undefined;
  /** Equal to one of these; an empty list matches nothing. */
  in?: Array<string> | null | undefined;
  /** Whether the value is null. */
  isNull?: boolean | null | undefined;
  /** Less than. */
  lt?: string | null | undefined;
  /** Less than or equal to. */
  lte?: string | null | undefined;
  /** Not equal to; never matches null. */
  ne?: string | null | undefined;
  /** Equal to none of these; never matches null. */
  notIn?: Array<string> | null | undefined;
  /** Has a value in common with this range. Example: "[1,5)". */
  overlaps?: string | null | undefined;
};

export type SearchTextWhere = {
  /** Equal to. */
  eq?: string | null | undefined;
  /** Greater than. */
  gt?: string | null | undefined;
  /** Greater than or equal to. */
  gte?: string | null | undefined;
  /** Equal to one of these; an empty list matches nothing. */
  in?: Array<string> | null | undefined;
  /** Whether the value is null. */
  isNull?: boolean | null | undefined;
  /** Less than. */
  lt?: string | null | undefined;
  /** Less than or equal to. */
  lte?: string | null | undefined;
  /** Not equal to; never matches null. */
  ne?: string | null | undefined;
  /** Equal to none of these; never matches null. */
  notIn?: Array<string> | null | undefined;
  /** Has these words, in any inflection. Put quotes around a phrase, "or" between alternatives, and "-" before a word to exclude. Example: "pump or valve -test". */
  search?: string | null | undefined;
};

/** How much attention something needs, least first. `severity` */
export type Severity =
  /** `critical` */
  | 'CRITICAL'
  /** `debug` */
  | 'DEBUG'
  /** `error` */
  | 'ERROR'
  /** `info` */
  | 'INFO'
  /** `warning` */
  | 'WARNING';

export type SeverityWhere = {
  /** Equal to. */
  eq?: Severity | null | undefined;
  /** Greater than. */
  gt?: Severity | null | undefined;
  /** Greater than or equal to. */
  gte?: Severity | null | undefined;
  /** Equal to one of these; an empty list matches nothing. */
  in?: Array<Severity> | null | undefined;
  /** Whether the value is null. */
  isNull?: boolean | null | undefined;
  /** Less than. */
  lt?: Severity | null | undefined;
  /** Less than or equal to. */
  lte?: Severity | null | undefined;
  /** Not equal to; never matches null. */
  ne?: Severity | null | undefined;
  /** Equal to none of these; never matches null. */
  notIn?: Array<Severity> | null | undefined;
};

/** Conditions on related rows. `every` is also true if there are none. */
export type SiteManyWhere = {
  every?: SiteWhere | null | undefined;
  none?: SiteWhere | null | undefined;
  some?: SiteWhere | null | undefined;
};

/** Conditions on `site`; all must hold. */
export type SiteWhere = {
  /** All of these; an empty list matches everything. */
  and?: Array<SiteWhere> | null | undefined;
  code?: StringWhere | null | undefined;
  deviceActivities?: DeviceActivityManyWhere | null | undefined;
  devices?: DeviceManyWhere | null | undefined;
  latitude?: FloatWhere | null | undefined;
  longitude?: FloatWhere | null | undefined;
  name?: StringWhere | null | undefined;
  /** Not this; a condition on null is neither true nor false. */
  not?: SiteWhere | null | undefined;
  openedOn?: DateWhere | null | undefined;
  /** At least one of these; an empty list matches nothing. */
  or?: Array<SiteWhere> | null | undefined;
  parentSite?: SiteWhere | null | undefined;
  parentSiteId?: IntWhere | null | undefined;
  siteId?: IntWhere | null | undefined;
  sitesByParentSiteId?: SiteManyWhere | null | undefined;
  timeZone?: StringWhere | null | undefined;
};

/** Why the server ends a stream. */
export type StreamEnd =
  /** The schema of the database has changed. Resume with the cursor and a document that fits the new schema. */
  | 'SCHEMA_CHANGED'
  /** The server is stopping. Resume with the cursor on any other replica. */
  | 'SHUTDOWN'
  /** The stream has reached its maximum age. Resume with the cursor at once. */
  | 'TIME_LIMIT'
  /** The token has expired. Resume with the cursor and a new token. */
  | 'TOKEN_EXPIRED'
  /** The client read more slowly than rows arrived. Resume with the cursor, perhaps with a narrower filter. */
  | 'TOO_SLOW';

export type StringListWhere = {
  /** Has no items other than these. */
  containedBy?: Array<string> | null | undefined;
  /** Has all of these items. */
  contains?: Array<string> | null | undefined;
  /** Equal to. */
  eq?: Array<string | null | undefined> | null | undefined;
  /** Whether the value is null. */
  isNull?: boolean | null | undefined;
  /** Not equal to; never matches null. */
  ne?: Array<string | null | undefined> | null | undefined;
  /** Has at least one of these items. */
  overlaps?: Array<string> | null | undefined;
};

export type StringWhere = {
  /** Contains this text. */
  contains?: string | null | undefined;
  /** Contains this text, ignoring case. */
  containsInsensitive?: string | null | undefined;
  /** Ends with this text. */
  endsWith?: string | null | undefined;
  /** Ends with this text, ignoring case. */
  endsWithInsensitive?: string | null | undefined;
  /** Equal to. */
  eq?: string | null | undefined;
  /** Equal to this text, ignoring case. */
  eqInsensitive?: string | null | undefined;
  /** Greater than. */
  gt?: string | null | undefined;
  /** Greater than or equal to. */
  gte?: string | null | undefined;
  /** Like `like`, ignoring case. */
  ilike?: string | null | undefined;
  /** Equal to one of these; an empty list matches nothing. */
  in?: Array<string> | null | undefined;
  /** Whether the value is null. */
  isNull?: boolean | null | undefined;
  /** Matches a pattern: % is any text, _ any character, \ takes the next one literally. */
  like?: string | null | undefined;
  /** Less than. */
  lt?: string | null | undefined;
  /** Less than or equal to. */
  lte?: string | null | undefined;
  /** Contains a match of this PostgreSQL regular expression. Example: "^SN-\\d+$". */
  matches?: string | null | undefined;
  /** Like `matches`, ignoring case. */
  matchesInsensitive?: string | null | undefined;
  /** Not equal to; never matches null. */
  ne?: string | null | undefined;
  /** Equal to none of these; never matches null. */
  notIn?: Array<string> | null | undefined;
  /** Has these words, in any inflection. Put quotes around a phrase, "or" between alternatives, and "-" before a word to exclude. Example: "pump or valve -test". */
  search?: string | null | undefined;
  /** Begins with this text. */
  startsWith?: string | null | undefined;
  /** Begins with this text, ignoring case. */
  startsWithInsensitive?: string | null | undefined;
};

export type UuidWhere = {
  /** Equal to. */
  eq?: string | null | undefined;
  /** Greater than. */
  gt?: string | null | undefined;
  /** Greater than or equal to. */
  gte?: string | null | undefined;
  /** Equal to one of these; an empty list matches nothing. */
  in?: Array<string> | null | undefined;
  /** Whether the value is null. */
  isNull?: boolean | null | undefined;
  /** Less than. */
  lt?: string | null | undefined;
  /** Less than or equal to. */
  lte?: string | null | undefined;
  /** Not equal to; never matches null. */
  ne?: string | null | undefined;
  /** Equal to none of these; never matches null. */
  notIn?: Array<string> | null | undefined;
};

export type AcknowledgeMutationVariables = Exact<{
  incidentId: number;
  at: string;
}>;


export type AcknowledgeMutation = { updateIncident: { incident: { id: string, incidentId: number, title: string, severity: Severity, openedAt: string, acknowledgedAt: string | null, closedAt: string | null, device: { id: string, serial: string } | null } | null } | null };

export type ChoicesQueryVariables = Exact<{ [key: string]: never; }>;


export type ChoicesQuery = { sites: { nodes: Array<{ id: string, code: string, name: string }> } | null, measures: { nodes: Array<{ id: string, eventTypeId: string, name: string, unit: string | null }> } | null };

export type DetailsQueryVariables = Exact<{
  id: string | number;
}>;


export type DetailsQuery = { node:
    | { id: string }
    | { id: string }
    | { id: string }
    | { id: string }
    | { receivedAt: string, payload: unknown, id: string }
    | { id: string }
    | { id: string }
    | { id: string }
   | null };

export type DeviceQueryVariables = Exact<{
  serial: string;
}>;


export type DeviceQuery = { device: { id: string, serial: string, model: string, status: DeviceStatus, batteryLevel: number | null, installedOn: string | null, tags: Array<string | null>, site: { id: string, name: string } | null, readings: Array<{ key: { eventTypeId: string | null, eventType: { name: string | null, unit: string | null } | null }, last: { id: string, occurredAt: string, value: string | null } | null }> | null } | null };

export type FindDevicesQueryVariables = Exact<{
  where: DeviceWhere;
}>;


export type FindDevicesQuery = { devices: { nodes: Array<{ id: string, serial: string, model: string, site: { id: string, name: string } | null }> } | null };

export type IncidentQueryVariables = Exact<{
  incidentId: number;
}>;


export type IncidentQuery = { incident: { id: string, incidentId: number, title: string, severity: Severity, openedAt: string, acknowledgedAt: string | null, closedAt: string | null, device: { id: string, serial: string } | null } | null };

export type IncidentsQueryVariables = Exact<{
  where: IncidentWhere;
  open: IncidentWhere;
  marked: IncidentWhere;
}>;


export type IncidentsQuery = { incidents: { nodes: Array<{ id: string, incidentId: number, title: string, severity: Severity, openedAt: string, acknowledgedAt: string | null, closedAt: string | null, device: { id: string, serial: string } | null }> } | null, open: { totalCount: number | null } | null, marked: { nodes: Array<{ id: string, severity: Severity, openedAt: string }> } | null };

export type IncidentRowFragment = { id: string, incidentId: number, title: string, severity: Severity, openedAt: string, acknowledgedAt: string | null, closedAt: string | null, device: { id: string, serial: string } | null };

export type LatestQueryVariables = Exact<{
  where: EventWhere;
}>;


export type LatestQuery = { events: { liveCursor: string | null, nodes: Array<{ id: string, occurredAt: string, severity: Severity, value: string | null, device: { id: string, serial: string } | null, eventType: { id: string, name: string, unit: string | null } | null }> } | null };

export type TailRowFragment = { id: string, occurredAt: string, severity: Severity, value: string | null, device: { id: string, serial: string } | null, eventType: { id: string, name: string, unit: string | null } | null };

export type OverviewQueryVariables = Exact<{
  where: EventWhere;
  every: string;
  timeZone: string;
}>;


export type OverviewQuery = { totals: { count: number, of: { deviceId: { countDistinct: number } } } | null, bySeverity: Array<{ bucket: string | null, count: number, key: { severity: Severity | null } }> | null, noisiest: Array<{ count: number, key: { device: { serial: string | null, model: string | null, site: { name: string | null } | null } | null } }> | null };

export type PercentilesQueryVariables = Exact<{
  where: EventWhere;
  every: string;
  timeZone: string;
}>;


export type PercentilesQuery = { values: Array<{ bucket: string | null, of: { value: { count: number, p50: number | null, p95: number | null, p99: number | null } } }> | null };

export type ReadingsQueryVariables = Exact<{
  where: EventWhere;
}>;


export type ReadingsQuery = { readings: { nodes: Array<{ id: string, occurredAt: string, value: string | null, device: { id: string, serial: string } | null }> } | null };

export type TailSubscriptionVariables = Exact<{
  where: EventWhere;
  after: string;
}>;


export type TailSubscription = { eventsAdded: { cursor: string, end: StreamEnd | null, edges: Array<{ node: { id: string, occurredAt: string, severity: Severity, value: string | null, device: { id: string, serial: string } | null, eventType: { id: string, name: string, unit: string | null } | null } }> } };

export const IncidentRowFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"IncidentRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Incident"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"incidentId"}},{"kind":"Field","name":{"kind":"Name","value":"title"}},{"kind":"Field","name":{"kind":"Name","value":"severity"}},{"kind":"Field","name":{"kind":"Name","value":"openedAt"}},{"kind":"Field","name":{"kind":"Name","value":"acknowledgedAt"}},{"kind":"Field","name":{"kind":"Name","value":"closedAt"}},{"kind":"Field","name":{"kind":"Name","value":"device"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"serial"}}]}}]}}]} as unknown as DocumentNode<IncidentRowFragment, unknown>;
export const TailRowFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"TailRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Event"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"occurredAt"}},{"kind":"Field","name":{"kind":"Name","value":"severity"}},{"kind":"Field","name":{"kind":"Name","value":"value"}},{"kind":"Field","name":{"kind":"Name","value":"device"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"serial"}}]}},{"kind":"Field","name":{"kind":"Name","value":"eventType"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"unit"}}]}}]}}]} as unknown as DocumentNode<TailRowFragment, unknown>;
export const AcknowledgeDocument = {"__meta__":{"hash":"sha256:be87a192c0e3a197d68e8ac4802d16a097c0665978e7319faa763c63fecdfb89"}} as unknown as DocumentNode<AcknowledgeMutation, AcknowledgeMutationVariables>;
export const ChoicesDocument = {"__meta__":{"hash":"sha256:88fe163f73a129170e4e54c29e8ee76106c796503858709413b85bf6097e87fd"}} as unknown as DocumentNode<ChoicesQuery, ChoicesQueryVariables>;
export const DetailsDocument = {"__meta__":{"hash":"sha256:6cf146c77a5316ead0134d76a6cf153cf196fca66c38a384087480908d9dce89"}} as unknown as DocumentNode<DetailsQuery, DetailsQueryVariables>;
export const DeviceDocument = {"__meta__":{"hash":"sha256:28c24917e02295b452e46ba99456199efab9ad8fadfef36b88bc3ccdf1ad0878"}} as unknown as DocumentNode<DeviceQuery, DeviceQueryVariables>;
export const FindDevicesDocument = {"__meta__":{"hash":"sha256:51eaa3b9ceac85ea87170db11c5874ddc3d972fe846952fdabcc3be8243c3076"}} as unknown as DocumentNode<FindDevicesQuery, FindDevicesQueryVariables>;
export const IncidentDocument = {"__meta__":{"hash":"sha256:bdad295caad726f259a539d0decbdb534dde674e49b0a26e4eed9de90ae738d1"}} as unknown as DocumentNode<IncidentQuery, IncidentQueryVariables>;
export const IncidentsDocument = {"__meta__":{"hash":"sha256:7ee5c826ac7577e5f869c1148dce915e8de22922376428c01d7e5de85642a578"}} as unknown as DocumentNode<IncidentsQuery, IncidentsQueryVariables>;
export const LatestDocument = {"__meta__":{"hash":"sha256:e575237cd292f274bf1704e84dc19ba133dfa2fa24f68c55638ad59312bffa27"}} as unknown as DocumentNode<LatestQuery, LatestQueryVariables>;
export const OverviewDocument = {"__meta__":{"hash":"sha256:97c8fca6d61bb47dfe4c31de2f82611d693c7ff0f78947ea92851f0329dbbbb0"}} as unknown as DocumentNode<OverviewQuery, OverviewQueryVariables>;
export const PercentilesDocument = {"__meta__":{"hash":"sha256:9916c52e62aa3ae22060472f8addcb472268825e3665f4fcd9164dede262030d"}} as unknown as DocumentNode<PercentilesQuery, PercentilesQueryVariables>;
export const ReadingsDocument = {"__meta__":{"hash":"sha256:9209787b0637f8c44ecdbfe54bcd3a1f4db8dcefa9fd6b96fa24417d919a2788"}} as unknown as DocumentNode<ReadingsQuery, ReadingsQueryVariables>;
export const TailDocument = {"__meta__":{"hash":"sha256:0a1c3d49c96fe15f5bfb8355c009d1e6732cbce803e2d3a6c3cf2746f504a78b"}} as unknown as DocumentNode<TailSubscription, TailSubscriptionVariables>;
