-- $1 devices spread over the sites, $2 the end of the period.
insert into events.device (
  device_id, site_id, serial, model, status, tags, attributes,
  ip_address, battery_level, sampling_interval, installed_on
)
select
  -- The digits that make a valid UUID of version 4.
  overlay(overlay(hash placing '4' from 13) placing '8' from 17)::uuid,
  1 + (n - 1) % (select count(*)::integer from events.site),
  'SN-' || to_char(n, 'FM000000'),
  model.name,
  status.name,
  array(
    select tag
    from unnest(array['indoor', 'calibrated', 'prototype', 'vip', 'leased']) with ordinality choice (tag, i)
    where get_byte(dice, i::integer) < 80
    order by i
  ),
  case
    when n % 30 = 0 then '{}'
    else jsonb_build_object(
      'firmware', (1 + get_byte(dice, 5) % 3) || '.' || get_byte(dice, 6) % 10 || '.' || get_byte(dice, 7) % 20,
      'channels', 1 + get_byte(dice, 8) % 4,
      'power', case
        when model.battery then jsonb_build_object('source', 'battery', 'volts', 3.6)
        else jsonb_build_object('source', 'mains', 'volts', 230)
      end
    )
  end,
  case when not model.battery then ('10.' || n % 20 || '.' || n / 250 || '.' || n % 250)::inet end,
  case when model.battery then (get_byte(dice, 9) % 101) / 100.0 end,
  case when model.battery then interval '15 minutes' else interval '1 minute' end,
  case when status.name <> 'planned' then ($2::timestamptz at time zone 'UTC')::date - 60 - get_byte(dice, 10) * 4 end
from generate_series(1, $1::integer) n
cross join lateral (select md5('device ' || n) as hash, decode(md5('device ' || n), 'hex') as dice) random
join (values
  (0, 'Thermo T2', true), (1, 'Baro B1', true), (2, 'Vibra V5', false), (3, 'Gateway G3', false), (4, 'Meter M8', false)
) model (number, name, battery) on model.number = n % 5
cross join lateral (
  select case
    when n % 25 = 24 then 'planned'
    when n % 20 = 7 then 'retired'
    when n % 12 = 5 then 'maintenance'
    else 'active'
  end::events.device_status as name
) status
order by n
