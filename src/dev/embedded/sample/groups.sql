-- Some groups and their members, $1 the end of the period; the last group has none.
with device_group as (
  insert into events.device_group (device_group_id, name, description)
  values
    (1, 'Cold chain', 'Everything that keeps goods below 8 °C.'),
    (2, 'Night watch', 'Called at any hour.'),
    (3, 'Pilot 2.0 firmware', 'Gets new firmware first.'),
    (4, 'Key customers', null),
    (5, 'Spare parts', 'Waiting for a place.')
  returning device_group_id
), numbered as (
  select device_id, installed_on, row_number() over (order by serial) as n
  from events.device
)
insert into events.device_group_member (device_group_id, device_id, added_at)
select device_group_id, device_id, $1::timestamptz - interval '720 hours' - n * interval '7 minutes'
from device_group
join numbered on device_group_id < 5 and n % (device_group_id * 2 + 1) = 1
order by device_group_id, n
