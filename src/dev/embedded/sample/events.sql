-- The hours from $3 up to $4 (of 720) of $1 events spread over the 30 days that end at $2.
-- Whole numbers throughout, so that every machine makes the same rows.
with hour as (
  select
    h,
    starts_at,
    trouble.device_id as trouble_device_id,
    trouble.severity as trouble_severity,
    daily.weight as daily,
    -- By hour of the day, day of the week and chance; more in an incident, and none at all in two outages.
    daily.weight * weekly.weight * (85 + get_byte(decode(md5('hour ' || h), 'hex'), 0) % 31)
      * case when trouble.device_id is null then 2 else 5 end
      * case when h between 187 and 190 or h between 522 and 523 then 0 else 1 end as weight
  from generate_series(0, 719) h
  cross join lateral (select $2::timestamptz - interval '720 hours' + h * interval '1 hour' as starts_at) start
  cross join lateral (
    select ('{2,1,1,1,1,2,4,7,10,12,13,13,12,13,14,13,12,10,8,6,5,4,3,3}'::integer[])
      [1 + extract(hour from starts_at at time zone 'UTC')::integer] as weight
  ) daily
  cross join lateral (
    select ('{10,10,10,10,9,5,4}'::integer[])[extract(isodow from starts_at at time zone 'UTC')::integer] as weight
  ) weekly
  left join lateral (
    select device_id, severity
    from events.incident
    where opened_at < starts_at + interval '1 hour'
      and least(closed_at, opened_at + interval '3 hours') > starts_at
    order by opened_at desc
    limit 1
  ) trouble on true
), share as (
  select
    *,
    $1::bigint * (sum(weight) over (order by h) - weight)::bigint / (sum(weight) over ())::bigint as first,
    $1::bigint * (sum(weight) over (order by h))::bigint / (sum(weight) over ())::bigint as next
  from hour
), fleet as (
  select array_agg(device_id order by serial) as devices, count(*)::integer as size
  from events.device
  where status in ('active', 'maintenance')
), kind (draws_from, draws_to, event_type_id, base, swing, spread, fault) as (
  -- Which of 256 draws give which kind of event. Its value in thousandths: a base, and what the time of day (swing),
  -- chance (spread) and trouble (fault) add.
  values
    (0, 80, 'temperature', 14000, 900, 6000, 25000),
    (80, 118, 'humidity', 42000, -600, 20000, 30000),
    (118, 140, 'pressure', 1002000, 300, 25000, -60000),
    (140, 172, 'vibration', 900, 180, 1500, 6000),
    (172, 222, 'power', 180000, 90000, 60000, 1400000),
    (222, 243, 'heartbeat', null, null, null, null),
    (243, 252, 'door', null, null, null, null),
    (252, 256, 'alarm', null, null, null, null)
), draw as materialized (
  -- A number from 0 to 65535 (from 0 to 255 for the last two) for each choice that is left to chance.
  select
    share.*,
    n,
    get_byte(dice, 0) * 256 + get_byte(dice, 1) as moment_draw,
    get_byte(dice, 2) * 256 + get_byte(dice, 3) as device_draw,
    get_byte(dice, 4) * 256 + get_byte(dice, 5) as busy_draw,
    get_byte(dice, 6) * 256 + get_byte(dice, 7) as severity_draw,
    get_byte(dice, 8) * 256 + get_byte(dice, 9) as value_draw,
    get_byte(dice, 10) * 256 + get_byte(dice, 11) as detail_draw,
    get_byte(dice, 12) as kind_draw,
    trouble_device_id is not null and get_byte(dice, 13) < 60 as troubled
  from share
  cross join generate_series(first, next - 1) n
  cross join lateral (select decode(md5('event ' || n), 'hex') as dice offset 0) random
  where h >= $3::integer and h < $4::integer
), reading as materialized (
  select
    draw.*,
    kind.*,
    number,
    starts_at + ((n - first) * 3600000000 + moment_draw * 3600000000 / 65536) / (next - first)
      * interval '1 microsecond' as occurred_at,
    case
      when troubled then trouble_device_id
      -- One in eight went silent for one to four days; its neighbour speaks instead.
      when number % 8 = 3 and h - number * 7919 % 600 between 0 and 24 + number * 31 % 72
        then devices[1 + (number + 1) % size]
      else devices[1 + number]
    end as device_id
  from draw
  cross join fleet
  -- The lower its number, the busier a device is.
  cross join lateral (select least(device_draw, busy_draw) * size / 65536 as number) candidate
  join kind on kind_draw >= kind.draws_from and kind_draw < kind.draws_to
)
insert into events.event (occurred_at, received_at, device_id, event_type_id, severity, value, payload)
select
  occurred_at,
  occurred_at + (20 + detail_draw % 1500) * interval '1 millisecond',
  device_id,
  event_type_id,
  case
    when troubled and severity_draw % 4 < 3 then trouble_severity
    when event_type_id = 'alarm' then 'error'
    when event_type_id = 'heartbeat' then 'debug'
    when severity_draw < 260 then 'critical'
    when severity_draw < 1600 then 'error'
    when severity_draw < 7200 then 'warning'
    else 'info'
  end::events.severity,
  (
    base + swing * daily + value_draw % spread
      + (number * 37 % 11 - 5) * spread / 20 -- no two devices are alike
      + case when troubled then fault else 0 end
  ) / 1000.0,
  case event_type_id
    when 'vibration' then
      jsonb_build_object('axis', substr('xyz', 1 + detail_draw % 3, 1), 'rpm', 900 + detail_draw % 600)
    when 'power' then
      jsonb_build_object('phases', jsonb_build_array(detail_draw % 230, detail_draw % 231, detail_draw % 232))
    when 'heartbeat' then
      jsonb_build_object('uptimeSeconds', h * 3600 + detail_draw, 'signal', -40 - detail_draw % 60)
    when 'door' then
      jsonb_build_object('badge', to_char(detail_draw, 'FM00000'), 'inside', detail_draw % 2 = 0)
    when 'alarm' then
      jsonb_build_object('code', 'E' || 100 + detail_draw % 40, 'attempts', jsonb_build_object('made', detail_draw % 5))
    else '{}'
  end
from reading
order by n
