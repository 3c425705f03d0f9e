-- New rows get the numbers after those of the sample.
select
  setval('events.site_site_id_seq', (select max(site_id) from events.site)),
  setval('events.device_group_device_group_id_seq', (select max(device_group_id) from events.device_group))
