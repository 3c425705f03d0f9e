-- The words of a text as a column of their own, so that an index and a rank serve searches.
alter table events.incident
  add column words tsvector generated always as (to_tsvector('english', title)) stored;
create index incident_words on events.incident using gin (words);
comment on column events.incident.words is 'Words of the title, for searches.
@search english';

-- Made again, because `i.*` became the columns of that time.
create or replace function events.close_incidents(site_code text, at timestamptz default now()) returns setof events.incident
  language sql strict
begin atomic
  update events.incident i set closed_at = greatest(at, i.opened_at, i.acknowledged_at)
  from events.device d join events.site s using (site_id)
  where d.device_id = i.device_id and s.code = site_code and i.closed_at is null
  returning i.*;
end;
