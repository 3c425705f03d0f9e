-- Events and the log lie in chunks of a week by their time; those of before October and November are compressed.
create table events.measured (like events.event including defaults including identity);
drop table events.event;
alter table events.measured rename to event;
alter table events.event add primary key (device_id, occurred_at, event_id);
alter sequence events.measured_event_id_seq rename to event_event_id_seq;
create index event_occurred_at on events.event (occurred_at);
create index event_type_occurred_at on events.event (event_type_id, occurred_at);
select create_hypertable('events.event', 'occurred_at', chunk_time_interval => interval '7 days', create_default_indexes => false);
select create_hypertable('events.log', 'at', chunk_time_interval => interval '1 hour', create_default_indexes => false);
