-- Not in the Apache edition: chunks of before November are compressed, those of the log all.
alter table events.event set (timescaledb.compress, timescaledb.compress_segmentby = 'device_id', timescaledb.compress_orderby = 'occurred_at, event_id');
alter table events.log set (timescaledb.compress, timescaledb.compress_segmentby = 'device_id', timescaledb.compress_orderby = 'at');
select compress_chunk(c) from show_chunks('events.event', older_than => timestamptz '2026-11-01') c;
select compress_chunk(c) from show_chunks('events.log') c;
