-- Everything but what devices send is on every node.
select create_reference_table('events.site');
select create_reference_table('events.event_type');
select create_reference_table('events.device');
select create_reference_table('events.device_group');
select create_reference_table('events.device_group_member');
select create_distributed_table('events.event', 'device_id', shard_count => 8);
select create_distributed_table('events.incident', 'device_id', colocate_with => 'events.event');
select create_distributed_table('events.log', 'device_id', colocate_with => 'events.event');
