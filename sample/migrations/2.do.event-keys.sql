-- Made when the rows are in: that is a third faster than row by row.
alter table events.event
  add constraint event_device_id_fkey foreign key (device_id) references events.device,
  add constraint event_event_type_id_fkey foreign key (event_type_id) references events.event_type;

create index on events.event (event_id);
create index on events.event (device_id, occurred_at);
create index on events.event (event_type_id, occurred_at);
create index on events.event (severity, occurred_at);
