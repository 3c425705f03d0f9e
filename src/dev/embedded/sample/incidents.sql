-- $1 incidents over the 30 days that end at $2, the latest of them still open.
with incident as (
  select
    n,
    get_byte(dice, 0) * 256 + get_byte(dice, 1) as device_draw,
    get_byte(dice, 2) as cause_draw,
    get_byte(dice, 3) as severity_draw,
    -- Each somewhere within its own share of the 30 days.
    $2::timestamptz - interval '720 hours'
      + (n - 1 + (get_byte(dice, 4) * 256 + get_byte(dice, 5)) / 65536.0) * interval '720 hours' / $1::integer
      as opened_at,
    interval '1 minute' * (2 + get_byte(dice, 6) % 40) as reaction,
    interval '1 minute' * (10 + get_byte(dice, 7) * 5) as repair,
    n % 7 = 0 and n > $1::integer / 2 as unnoticed
  from generate_series(1, $1::integer) n
  cross join lateral (select decode(md5('incident ' || n), 'hex') as dice) random
), device as (
  select device_id, row_number() over (order by serial) - 1 as number, count(*) over () as total
  from events.device
  where status in ('active', 'maintenance')
)
insert into events.incident (
  device_id, cause_device_id, severity, title, opened_at, acknowledged_at, closed_at
)
select
  device.device_id,
  case when cause_draw < 90 then cause.device_id end,
  case
    when severity_draw < 70 then 'warning'
    when severity_draw < 210 then 'error'
    else 'critical'
  end::events.severity,
  (array['No contact', 'Readings out of range', 'Restarts again and again', 'Power lost', 'Sensor frozen'])[1 + n % 5],
  opened_at,
  case when not unnoticed and opened_at + reaction < $2::timestamptz then opened_at + reaction end,
  case
    when not unnoticed and n < $1::integer and opened_at + reaction + repair < $2::timestamptz
      then opened_at + reaction + repair
  end
from incident
join device on device.number = device_draw % device.total
join device cause on cause.number = (device_draw + 1) % cause.total
order by n
