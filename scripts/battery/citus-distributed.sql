-- Devices and their memberships lie with what they send.
select create_reference_table('events.site');
select create_reference_table('events.event_type');
select create_reference_table('events.device_group');
select create_distributed_table('events.device', 'device_id', shard_count => 8);
select create_distributed_table('events.device_group_member', 'device_id', colocate_with => 'events.device');
select create_distributed_table('events.event', 'device_id', colocate_with => 'events.device');
select create_distributed_table('events.incident', 'device_id', colocate_with => 'events.device');
select create_distributed_table('events.log', 'device_id', colocate_with => 'events.device');
