-- The shape of telemetry: few sites and devices, many events of the devices by month; what is made by chance is the same each time.
create schema events;

create type events.severity as enum ('debug', 'info', 'warning', 'error', 'critical');
create type events.device_status as enum ('planned', 'active', 'maintenance', 'retired');

create table events.site (
  site_id integer primary key,
  code text not null unique,
  name text not null,
  time_zone text not null,
  latitude double precision check (latitude between -90 and 90),
  opened_on date
);

create table events.event_type (
  event_type_id text primary key,
  name text not null,
  unit text,
  default_severity events.severity not null
);

create table events.device (
  device_id uuid primary key,
  site_id integer not null constraint device_site_id_fkey references events.site,
  serial text not null,
  model text not null,
  status events.device_status not null default 'planned',
  tags text[] not null default '{}',
  attributes jsonb not null default '{}',
  battery_level real,
  sampling_interval interval,
  installed_on date
);
create index device_site_id on events.device (site_id);

create table events.device_group (device_group_id integer primary key, name text not null unique);

create table events.device_group_member (
  device_group_id integer not null references events.device_group,
  device_id uuid not null,
  added_at timestamptz not null,
  primary key (device_group_id, device_id)
);
create index device_group_member_device_id on events.device_group_member (device_id);

create table events.event (
  device_id uuid not null,
  event_id bigint generated always as identity,
  occurred_at timestamptz not null,
  event_type_id text not null,
  severity events.severity not null,
  value double precision,
  reading real,
  cost numeric(12, 3),
  payload jsonb not null default '{}',
  primary key (device_id, occurred_at, event_id)
) partition by range (occurred_at);
create table events.event_2026_09 partition of events.event for values from ('2026-09-01 00:00+00') to ('2026-10-01 00:00+00');
create table events.event_2026_10 partition of events.event for values from ('2026-10-01 00:00+00') to ('2026-11-01 00:00+00');
create table events.event_2026_11 partition of events.event for values from ('2026-11-01 00:00+00') to ('2026-12-01 00:00+00');
create index event_occurred_at on events.event (occurred_at);
create index event_type_occurred_at on events.event (event_type_id, occurred_at);

create table events.incident (
  device_id uuid not null,
  incident_id integer not null,
  cause_device_id uuid,
  severity events.severity not null,
  title text not null,
  opened_at timestamptz not null,
  closed_at timestamptz,
  primary key (device_id, incident_id),
  constraint incident_closes check (closed_at >= opened_at)
);
comment on table events.incident is E'@foreignKey (cause_device_id) references device (device_id)';

create table events.log (at timestamptz not null, device_id uuid not null, level events.severity, message text);
