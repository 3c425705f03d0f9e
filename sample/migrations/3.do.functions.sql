-- A function of each kind that becomes a field. PostgreSQL lets everybody call a new function, so each says @expose.

create function events.open_incident_total(at_least events.severity default 'warning') returns bigint
  language sql stable
  return (select count(*) from events.incident i where i.closed_at is null and i.severity >= at_least);
comment on function events.open_incident_total is 'Number of open incidents with at least this severity.
@expose';

create function events.devices_near(latitude double precision, longitude double precision, kilometres double precision default 500)
  returns setof events.device language sql stable strict rows 50
begin atomic
  select d.* from events.device d join (
    select s.site_id, 6371 * acos(least(1, sind(s.latitude) * sind(devices_near.latitude)
      + cosd(s.latitude) * cosd(devices_near.latitude) * cosd(s.longitude - devices_near.longitude))) as distance
    from events.site s) s using (site_id)
  where s.distance <= kilometres order by s.distance, d.serial;
end;
comment on function events.devices_near is 'Devices of sites within a distance of a place, nearest first.
@expose';

create function events.severity_totals(since timestamptz) returns table (severity events.severity, total bigint)
  language sql stable strict
begin atomic
  select e.severity, count(*) from events.event e where e.occurred_at >= since group by e.severity order by e.severity;
end;
comment on function events.severity_totals is 'Number of events with each severity since a time.
@expose';

create function events.display_name(device events.device) returns text language sql immutable
  return device.model || ' ' || device.serial;
comment on function events.display_name is 'Name for people: model and serial number.
@expose
@filterable
@sortable';

create function events.latest_events(device events.device, most integer default 3) returns setof events.event
  language sql stable
begin atomic
  select e.* from events.event e where e.device_id = device.device_id order by e.occurred_at desc, e.event_id desc limit most;
end;
comment on function events.latest_events is 'Last events of the device, newest first.
@expose';

create function events.close_incidents(site_code text, at timestamptz default now()) returns setof events.incident
  language sql strict
begin atomic
  update events.incident i set closed_at = greatest(at, i.opened_at, i.acknowledged_at)
  from events.device d join events.site s using (site_id)
  where d.device_id = i.device_id and s.code = site_code and i.closed_at is null
  returning i.*;
end;
comment on function events.close_incidents is 'Closes all open incidents of a site, and returns them.
@expose';
