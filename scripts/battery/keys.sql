alter table events.event add constraint event_device_id_fkey foreign key (device_id) references events.device;
alter table events.event add constraint event_event_type_id_fkey foreign key (event_type_id) references events.event_type;
alter table events.incident add constraint incident_device_id_fkey foreign key (device_id) references events.device;
alter table events.log add constraint log_device_id_fkey foreign key (device_id) references events.device;
alter table events.device_group_member add constraint device_group_member_device_id_fkey foreign key (device_id) references events.device;
