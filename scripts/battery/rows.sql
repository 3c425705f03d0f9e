insert into events.site
select n, 'S' || to_char(n, 'FM00'), (array['Rotterdam', 'São Paulo', 'Gdańsk', 'İstanbul', 'Nairobi'])[1 + n % 5] || ' ' || n,
  (array['Europe/Amsterdam', 'America/Sao_Paulo', 'Asia/Kathmandu'])[1 + n % 3], case when n % 4 > 0 then -60 + n * 7.25 end,
  case when n % 5 > 0 then date '2020-01-01' + n * 37 end
from generate_series(1, 12) n;

insert into events.event_type values
  ('temperature', 'Temperature', '°C', 'info'), ('humidity', 'Relative humidity', '%', 'info'),
  ('power', 'Power draw', 'W', 'info'), ('heartbeat', 'Heartbeat', null, 'debug'),
  ('door', 'Door opened', null, 'info'), ('alarm', 'Alarm', null, 'error');

insert into events.device
select md5('device ' || n)::uuid, 1 + n % 11, 'SN-' || to_char(n, 'FM000000'), (array['Thermo T2', 'Gateway G3', 'Meter M8'])[1 + n % 3],
  (array['planned', 'active', 'active', 'maintenance', 'retired'])[1 + n * 7 % 5]::events.device_status,
  case when n % 4 = 0 then '{}' when n % 4 = 1 then '{indoor}' else '{indoor,calibrated}' end::text[],
  case when n % 6 = 0 then '{}' else jsonb_build_object('firmware', 1 + n % 3 || '.' || n % 10, 'channels', n % 4) end,
  case when n % 3 > 0 then (n % 101) / 100.0 end, case when n % 5 > 0 then make_interval(mins => 1 + n % 15) end,
  case when n % 7 > 0 then date '2024-01-01' + n end
from generate_series(1, 120) n;

insert into events.device_group values (1, 'Cold chain'), (2, 'Night watch'), (3, 'Pilot'), (4, 'Spare parts');
insert into events.device_group_member
select g, md5('device ' || n)::uuid, timestamptz '2026-09-01 00:00+00' + n * interval '7 minutes'
from generate_series(1, 3) g cross join generate_series(1, 120) n where n % (g * 2 + 1) = 1;

insert into events.event (device_id, occurred_at, event_type_id, severity, value, reading, cost, payload)
select md5('device ' || 1 + (dice % 110 * (dice / 110 % 110) / 110))::uuid,
  timestamptz '2026-09-01 00:00+00' + (n / 2) * interval '388.8 seconds' * 2,
  (array['temperature', 'temperature', 'humidity', 'power', 'heartbeat', 'door', 'alarm'])[1 + dice / 7 % 7],
  (array['debug', 'info', 'info', 'info', 'warning', 'error', 'critical'])[1 + dice / 49 % 7]::events.severity,
  case when dice % 9 > 0 then dice % 10007 / 8.0 end, case when dice % 11 > 0 then (dice % 64) / 4.0 end,
  case when dice % 13 > 0 then dice % 100003 / 1000.0 end,
  case when dice % 5 > 0 then '{}' else jsonb_build_object('code', 'E' || dice % 40, 'attempts', dice % 3) end
from (select n, ('x' || substr(md5('event ' || n), 1, 7))::bit(28)::integer as dice from generate_series(0, 19999) n) made
order by n;

insert into events.incident
select md5('device ' || 1 + n % 60)::uuid, n, case when n % 3 = 0 then md5('device ' || 1 + n % 50)::uuid end,
  (array['warning', 'error', 'critical'])[1 + n % 3]::events.severity, 'Incident ' || n % 17,
  timestamptz '2026-09-02 00:00+00' + n * interval '5 hours',
  case when n % 4 > 0 then timestamptz '2026-09-02 00:00+00' + n * interval '5 hours 7 minutes' end
from generate_series(1, 300) n;

insert into events.log
select timestamptz '2026-09-03 00:00+00' + n / 3 * interval '1 minute', md5('device ' || 1 + n % 40)::uuid,
  case when n % 4 > 0 then 'info' end::events.severity, case when n % 10 > 0 then 'Message ' || n % 23 end
from generate_series(1, 400) n;
