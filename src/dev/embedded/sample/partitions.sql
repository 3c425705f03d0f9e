-- The statements that make the partitions of the 30 days that end at $1 and of the two months to come.
select format(
  'create table events.%1$I partition of events.event for values from (%2$L) to (%3$L);'
    'comment on table events.%1$I is %4$L',
  'event_' || to_char(month, 'YYYY_MM'),
  month::text || '+00',
  (month + interval '1 month')::text || '+00',
  'Events of ' || to_char(month, 'FMMonth YYYY') || '.'
) as statement
from (select $1::timestamptz at time zone 'UTC' as until) period
cross join generate_series(
  date_trunc('month', until - interval '720 hours'),
  date_trunc('month', until) + interval '2 months',
  interval '1 month'
) month
