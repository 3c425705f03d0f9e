-- The kinds of events.
insert into events.event_type (event_type_id, name, unit, default_severity, normal_range)
values
  ('temperature', 'Temperature', '°C', 'info', '[2, 40]'),
  ('humidity', 'Relative humidity', '%', 'info', '[20, 80]'),
  ('pressure', 'Air pressure', 'hPa', 'info', '[950, 1050]'),
  ('vibration', 'Vibration velocity', 'mm/s', 'info', '[0, 7.1]'),
  ('power', 'Power draw', 'W', 'info', '[0, 2500]'),
  ('heartbeat', 'Heartbeat', null, 'debug', null),
  ('door', 'Door opened', null, 'info', null),
  ('alarm', 'Alarm', null, 'error', null)
