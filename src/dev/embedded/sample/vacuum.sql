vacuum (analyze)
  events.site, events.device, events.device_group, events.device_group_member,
  events.event_type, events.event, events.incident
