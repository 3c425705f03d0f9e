-- The same rows in relations of every shape that a list can have. `label` tells rows apart; those that share one are
-- identical in every column of `source`.
create function pick(choices anyarray, n int, salt text) returns anyelement immutable language sql
  as $$ select choices[1 + abs(hashtext(salt || n)) % cardinality(choices)] $$;

create schema events;
create type events.mood as enum ('Sad', 'ok', 'HAPPY');
create collation letters (provider = icu, locale = 'und');
create collation folded (provider = icu, locale = 'und-u-ks-level2', deterministic = false);

create table source (
  label text not null,
  parent_id int,
  grade int not null,
  seen timestamptz not null,
  score int,
  word text collate letters,
  folded text collate folded,
  ratio float8,
  amount numeric,
  mood events.mood,
  doc jsonb,
  raw json,
  span interval,
  tags text[],
  said tsvector
);
insert into source
select 'row ' || n,
  pick(array[1, 2, 3, 4, null], n, 'parent'),
  pick(array[1, 2, 3], n, 'grade'),
  timestamptz '2026-03-29 01:00:00Z' + pick(array[1, 2, 3, 1000000], n, 'seen') * interval '1 microsecond',
  pick(array[-1, 0, 7, null], n, 'score'),
  pick(array['', 'a', 'A', 'á', 'ä', 'b', 'B', 'Z', 'z', 'a b', 'a-b', 'aB', 'a"\', null], n, 'word'),
  pick(array['x', 'X', 'xy', 'XY', null], n, 'folded'),
  pick(array['NaN', '-0', '0', 'Infinity', '-Infinity', '1e-300', '0.1', '0.30000000000000004', null]::float8[], n, 'ratio'),
  pick(array['1', '1.0', '1.00', 'NaN', '-1', '12345678901234567890.5', '12345678901234567890.50', null]::numeric[], n, 'amount'),
  pick(array['Sad', 'ok', 'HAPPY', null]::events.mood[], n, 'mood'),
  pick(array['{"a": 1}', '{"a": 1.0}', '[]', 'null', '"x"', 'true', '{"b": [1, null]}', null]::jsonb[], n, 'doc'),
  (pick(array['{"a":1}', '{"a": 1}', '[]', null], n, 'raw'))::json,
  pick(array['30 days', '1 month', '-1.5 seconds', '720:00', '1 year 3 days', null]::interval[], n, 'span'),
  string_to_array(pick(array['', 'x', 'x,y', 'null', 'x,null', null], n, 'tags'), ',', 'null'),
  to_tsvector('simple', pick(array['pump', 'pump pump', 'a pump of a valve', 'valve pump', 'valve', '', null], n, 'said'))
from generate_series(1, 40) n;
insert into source select source.* from source, generate_series(1, 2) where label like '%0';

create table events.region (id int primary key, name text);
insert into events.region values (1, 'b'), (2, null), (3, 'a');
create table events.parent (id int primary key, name text not null, region_id int references events.region (id));
insert into events.parent select n, 'parent ' || n % 3, nullif(n % 4, 0) from generate_series(1, 5) n;

create table events.key_row (like source, id int generated always as identity primary key);
create table events.pair_row (like source, side text, number int, primary key (side, number));
create table events.serial_row (like source, serial uuid not null unique);
create table events.maybe_row (like source, code text unique);
create table events.bare_row (like source);
create table events.hidden_row (like source, secret text, id int generated always as identity primary key);
create table events.shown_row (like source, secret text, id int generated always as identity primary key);
create table events.parted_row (like source) partition by list (grade);
create table events.parted_row_1 partition of events.parted_row for values in (1);
create table events.parted_row_2 partition of events.parted_row default partition by range (score);
create table events.parted_row_2_low partition of events.parted_row_2 for values from (minvalue) to (0);
create table events.parted_row_2_rest partition of events.parted_row_2 default;

insert into events.key_row select * from source order by md5(label || 'key');
insert into events.pair_row
  select *, (array['l', 'R'])[1 + row_number() over w % 2], row_number() over w
  from source window w as (order by md5(label || 'pair'));
insert into events.serial_row select *, gen_random_uuid() from source order by md5(label || 'serial');
insert into events.maybe_row
  select *, case when row_number() over w % 2 = 0 then 'code ' || row_number() over w end
  from source window w as (order by md5(label || 'maybe'));
insert into events.bare_row select * from source order by md5(label || 'bare');
insert into events.hidden_row select *, md5(random()::text) from source order by md5(label || 'hidden');
insert into events.shown_row select *, md5(random()::text) from source order by md5(label || 'shown');
insert into events.parted_row select * from source order by md5(label || 'parted');

create table events.part (
  id int generated always as identity primary key, key_row_id int references events.key_row (id), weight float8);
-- Of rows that share a label none has parts.
insert into events.part (key_row_id, weight)
select case when n % 9 > 0 then k.id end, pick(array['0.1', '0.2', '0.3', '1e16', '-1e16', 'NaN', null]::float8[], n, 'weight')
from generate_series(1, 90) n
join (select id, row_number() over (order by id) as place from events.key_row where label not like '%0') k
  on k.place = n % 33;
create view events.tally as select key_row_id, count(*) as many, min(weight) as least from events.part group by 1;
comment on view events.tally is E'@key (key_row_id)\n@foreignKey (key_row_id) references key_row (id)';

create view events.view_row as select * from events.bare_row;
comment on view events.view_row is '@foreignKey (parent_id) references parent (id)';
create view events.keyed_row as select * from events.key_row;
comment on view events.keyed_row is E'@key (id)\n@foreignKey (parent_id) references parent (id)';
create materialized view events.stored_row as select * from events.bare_row;
comment on materialized view events.stored_row is '@foreignKey (parent_id) references parent (id)';

do $$
declare name text;
begin
  for name in select relname from pg_class where relnamespace = 'events'::regnamespace and relkind in ('r', 'p')
    and relname like '%\_row' and not relispartition
  loop
    execute format('alter table events.%I add foreign key (parent_id) references events.parent (id)', name);
  end loop;
end $$;
