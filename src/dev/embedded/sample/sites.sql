-- $1 sites in a tree of three levels, $2 the end of the period.
insert into events.site (site_id, parent_site_id, code, name, time_zone, latitude, longitude, opened_on)
select
  n,
  case when n > roots then (n - roots + 1) / 2 end,
  place.code || case when n > 20 then '-' || n else '' end,
  place.name,
  place.time_zone,
  place.latitude,
  place.longitude,
  ($2::timestamptz at time zone 'UTC')::date - 400 - 97 * n
from (select ceil($1::integer / 5.0)::integer as roots) size
cross join generate_series(1, $1::integer) n
join (values
  (1, 'RTM', 'Rotterdam', 'Europe/Amsterdam', 51.9225, 4.4792),
  (2, 'HOU', 'Houston', 'America/Chicago', 29.7604, -95.3698),
  (3, 'SIN', 'Singapore', 'Asia/Singapore', 1.3521, 103.8198),
  (4, 'GRU', 'São Paulo', 'America/Sao_Paulo', -23.5505, -46.6333),
  (5, 'ANR', 'Antwerp', 'Europe/Brussels', 51.2194, 4.4025),
  (6, 'HAM', 'Hamburg', 'Europe/Berlin', 53.5511, 9.9937),
  (7, 'YUL', 'Montréal', 'America/Toronto', 45.5019, -73.5674),
  (8, 'LAX', 'Los Angeles', 'America/Los_Angeles', 34.0522, -118.2437),
  (9, 'NRT', 'Narita', 'Asia/Tokyo', 35.7767, 140.3183),
  (10, 'SYD', 'Sydney', 'Australia/Sydney', -33.8688, 151.2093),
  (11, 'SCL', 'Santiago', 'America/Santiago', -33.4489, -70.6693),
  (12, 'LIM', 'Lima', 'America/Lima', -12.0464, -77.0428),
  (13, 'GOT', 'Göteborg', 'Europe/Stockholm', 57.7089, 11.9746),
  (14, 'GDN', 'Gdańsk', 'Europe/Warsaw', 54.3520, 18.6466),
  (15, 'KBP', 'Kyiv', 'Europe/Kyiv', 50.4501, 30.5234),
  (16, 'IST', 'İstanbul', 'Europe/Istanbul', 41.0082, 28.9784),
  (17, 'JNB', 'Johannesburg', 'Africa/Johannesburg', -26.2041, 28.0473),
  (18, 'BOM', 'Mumbai', 'Asia/Kolkata', 19.0760, 72.8777),
  (19, 'KTM', 'Kathmandu', 'Asia/Kathmandu', 27.7172, 85.3240),
  (20, 'AKL', 'Auckland', 'Pacific/Auckland', -36.8485, 174.7633)
) place (number, code, name, time_zone, latitude, longitude) on place.number = (n - 1) % 20 + 1
order by n
