-- What a schema can hold that is easily got wrong. The role that reads it may read all but what is revoked at the end.
create schema elsewhere;
create schema odd;

-- Keys -------------------------------------------------------------------------------------------------------------

create table odd.keyless (label text not null, amount int);
insert into odd.keyless values ('a', 1), ('b', null), ('c', 3);

create table odd.composite (part_a int, part_b text, name text not null, primary key (part_a, part_b));
insert into odd.composite values (1, 'x', 'one x'), (1, 'y', 'one y'), (2, 'x', 'two x');

-- MATCH SIMPLE: one null column, and there is no row that it refers to.
create table odd.composite_child (
  child_id int primary key,
  part_a int,
  part_b text,
  foreign key (part_a, part_b) references odd.composite
);
insert into odd.composite_child values (1, 1, 'x'), (2, 1, 'x'), (3, 1, null), (4, null, 'x'), (5, null, null);

create table odd.parted (id int, day date not null, note text, primary key (id, day)) partition by range (day);
create table odd.parted_2025 partition of odd.parted for values from ('2025-01-01') to ('2026-01-01');
create table odd.parted_2026 partition of odd.parted for values from ('2026-01-01') to ('2027-01-01') partition by list (id);
create table odd.parted_2026_some partition of odd.parted_2026 default;
insert into odd.parted values (1, '2025-06-01', 'old'), (1, '2026-06-01', 'new'), (2, '2026-06-01', null);

create table odd.parted_child (
  id int,
  day date,
  on_day date not null,
  primary key (id, on_day),
  foreign key (id, day) references odd.parted
) partition by hash (id);
create table odd.parted_child_0 partition of odd.parted_child for values with (modulus 2, remainder 0);
create table odd.parted_child_1 partition of odd.parted_child for values with (modulus 2, remainder 1);
insert into odd.parted_child values (1, '2025-06-01', '2026-01-01'), (2, '2026-06-01', '2026-01-01'), (3, null, '2026-01-01');

create table odd.person (
  person_id int primary key,
  manager_id int references odd.person,
  mentor_id int references odd.person (person_id),
  badge uuid not null unique
);
insert into odd.person values
  (1, null, null, '00000000-0000-0000-0000-000000000001'),
  (2, 1, 1, '00000000-0000-0000-0000-000000000002'),
  (3, 1, 2, '00000000-0000-0000-0000-000000000003');

-- A cycle of two tables, one side of which is unique, hence singular.
create table odd.town (town_id int primary key, mayor_id int unique references odd.person, capital_of int);
create table odd.country (country_id int primary key, capital_id int not null references odd.town);
alter table odd.town add foreign key (capital_of) references odd.country;
insert into odd.town values (1, 3, null), (2, null, null);
insert into odd.country values (1, 1);
update odd.town set capital_of = 1 where town_id = 1;

create table odd.unique_kinds (
  id int primary key,
  plain int not null unique,
  maybe_null int unique,
  "partial" int not null,
  expression text not null,
  included int not null,
  payload text not null,
  deferred int not null unique deferrable initially deferred
);
create unique index on odd.unique_kinds ("partial") where "partial" > 0;
create unique index on odd.unique_kinds (lower(expression));
create unique index on odd.unique_kinds (included) include (payload);
insert into odd.unique_kinds values (1, 11, 12, 13, 'A', 14, 'p', 15), (2, 21, null, 23, 'B', 24, 'p', 25);

create table odd.float_key (ratio float8 primary key);
insert into odd.float_key values ('NaN'), ('Infinity'), (0.1);

create table odd.time_key (at timestamptz, b bytea, primary key (at, b));
insert into odd.time_key values ('infinity', '\x'), ('0044-03-15 12:00:00Z BC', '\x00ff'), ('2026-03-29 01:30:00.000001Z', '\xdead');

create table odd.list_key (path text[] primary key, doc jsonb not null unique);
insert into odd.list_key values ('{a,"b,c",NULL}', '{"n": 12345678901234567890}'), ('{{1,2},{3,4}}', '1e400'), ('{}', 'null');

-- Relations of other kinds -----------------------------------------------------------------------------------------

create view odd.a_view as select label, amount from odd.keyless;
create materialized view odd.a_materialized_view as select part_a, name from odd.composite;
create unlogged table odd.an_unlogged_table (id int generated always as identity primary key, twice int generated always as (2 * 3) stored);
insert into odd.an_unlogged_table default values;

-- Inheritance of the old style: the list of the one has the rows of the other too.
create table odd.ancestor (id int primary key, name text not null);
create table odd.descendant (extra text, primary key (id)) inherits (odd.ancestor);
insert into odd.ancestor values (1, 'old');
insert into odd.descendant values (2, 'young', 'x'), (1, 'namesake', 'y');

create table odd.dropped_column (gone text, id int, also_gone int, kept text not null);
alter table odd.dropped_column drop gone, drop also_gone, add primary key (id), add late date unique;
insert into odd.dropped_column values (1, 'kept', '2026-01-01');

create table odd.no_columns ();
insert into odd.no_columns default values;

-- Where file_fdw is there and the role may use it.
do $$ begin
  create extension file_fdw schema elsewhere;
  create server files foreign data wrapper file_fdw;
  create foreign table odd.a_foreign_table (line text not null) server files options (program 'echo hello');
exception when others then
  raise notice 'no foreign table: %', sqlerrm;
end $$;

-- What later versions have.
do $$ begin
  if current_setting('server_version_num')::int < 180000 then return; end if;
  execute $sql$
    create extension btree_gist schema elsewhere;
    create table odd.virtual (id uuid primary key default uuidv7(), a int, twice int generated always as (a * 2));
    insert into odd.virtual (a) values (21);
    create table odd.unchecked (id int primary key, late text);
    insert into odd.unchecked values (1, null);
    alter table odd.unchecked add constraint late_is_there not null late not valid;
    create table odd.room (room_id int, during daterange, rent int, primary key (room_id, during without overlaps));
    create table odd.stay (
      stay_id int primary key, room_id int, during daterange,
      foreign key (room_id, period during) references odd.room (room_id, period during)
    );
    insert into odd.room values (1, '[2026-01-01,2026-02-01)', 5), (1, '[2026-02-01,)', 6);
    insert into odd.stay values (1, 1, '[2026-01-20,2026-02-10)');
  $sql$;
end $$;

-- Names ------------------------------------------------------------------------------------------------------------

create table odd."Straße ""9""" ("größe" int primary key, "from" text, "select ""x""" text, "1st" text, "__proto__" text, "constructor" text, "a.b,c" text, "tab	and
newline" text);
insert into odd."Straße ""9""" values (1, 'a', 'b', 'c', 'd', 'e', 'f', 'g');

create table odd.a_table_whose_name_takes_all_of_the_sixty_three_bytes_it_can_hx (
  a_column_whose_name_takes_all_of_the_sixty_three_bytes_it_can_1 int primary key,
  a_column_whose_name_takes_all_of_the_sixty_three_bytes_it_can_2 int
    references odd.a_table_whose_name_takes_all_of_the_sixty_three_bytes_it_can_hx
);
insert into odd.a_table_whose_name_takes_all_of_the_sixty_three_bytes_it_can_hx values (1, null), (2, 1);

create table odd.query (query int primary key, "and" int, "or" int, "not" int, id int not null unique, node_id int, row_id int);
insert into odd.query values (1, 2, 3, 4, 5, 6, 7);
create table odd.node (node int primary key references odd.query, nodes int[] not null);
insert into odd.node values (1, '{1,2}');

-- Types ------------------------------------------------------------------------------------------------------------

create type odd.label as enum ('on hold', '1st', '+', '-', 'true', 'FALSE', 'null', 'aB', 'a_b', '', '温度', 'it''s "so"');
create type odd.none as enum ();
create type elsewhere.label as enum ('x', 'y');
create domain odd.small as int check (value < 1000);
create domain odd.smaller as odd.small check (value < 100);
create domain odd.required as text not null;
create domain odd.ints as int[];
create type odd.pair as (a int, b text);
create type odd.interval as (low int, high int);
create type odd.floats as range (subtype = float8);

create table odd.typed (
  id int primary key,
  label odd.label,
  labels odd.label[],
  other elsewhere.label not null unique,
  others elsewhere.label[] not null,
  nothing odd.none,
  small odd.smaller,
  smalls odd.smaller[],
  required odd.required,
  ints odd.ints,
  int_lists odd.ints[],
  pair odd.pair,
  pairs odd.pair[],
  span odd.interval,
  floats odd.floats,
  many_floats odd.floats_multirange[],
  row_of_person odd.person
);
insert into odd.typed values
  (1, 'on hold', '{"on hold",1st,"",NULL,"it''s \"so\""}', 'x', '{y,x}', null, 7, '{8,9}', 'r', '{1,2}', '{"{1,2}","{}"}',
    '(1,"a ""b"", c")', '{"(1,a)","(,)"}', '(1,2)', '[1,2)', '{"{[1,2),(5,)}"}', '(1,,,00000000-0000-0000-0000-000000000001)'),
  (2, '温度', '{}', 'y', '{}', null, null, null, 'r', null, null, null, null, null, null, null, null);

create table odd.arrays (id int primary key, texts text[], ints int[][], bounded int[], boxes box[], docs jsonb[], days date[]);
insert into odd.arrays values
  (1, '{a,"b,c","d\"e\\f",NULL,"NULL",""," ","{","multi
line"}', '{{1,2},{3,NULL}}', '[5:6]={7,8}', '{(1,1),(0,0);(2,2),(1,1)}', '{"{\"a\": \"\\\"\"}","[1, 2]"}', '{2026-01-01,infinity}'),
  (2, '{}', '[0:0][-1:0]={{1,2}}', '{}', '{}', '{}', '{}'),
  (3, null, null, null, null, null, null);

create table odd.extremes (
  id int primary key, at timestamptz, local timestamp, day date, f8 float8, f4 float4, n numeric, f8s float8[], clock time, span interval
);
insert into odd.extremes values
  (1, 'infinity', 'infinity', 'infinity', 'NaN', 'NaN', 'NaN', '{1,NaN,Infinity}', '24:00', '-1 year 2 days -03:00:00.000001'),
  (2, '-infinity', '-infinity', '-infinity', 'Infinity', '-Infinity', 'Infinity', '{}', '00:00', '0'),
  (3, '4713-01-01 00:00:00Z BC', '4713-01-01 00:00:00 BC', '4713-01-01 BC', '-Infinity', 'Infinity', '-Infinity', null, '23:59:59.999999', '178000000 years'),
  (4, '294276-12-31 23:59:59.999999Z', '294276-12-31 23:59:59.999999', '5874897-12-31', 1.7976931348623157e308, 3.4028235e38, 12345678901234567890.12345678901234567890, '{0.1}', '12:34:56.7', '1 mon'),
  (5, '10000-01-01 00:00:00Z', '9999-12-31 23:59:59', '10000-01-01', 5e-324, 1e-45, 1e-30, '{NULL}', '12:00', '999999:00:00');

create table odd.built_in (
  id int primary key,
  a_bool bool, a_int2 int2, a_int4 int4, a_int8 int8, a_float4 float4, a_float8 float8, a_numeric numeric, a_money money,
  a_text text, a_varchar varchar(9), a_bpchar char(5), a_name name, a_char "char", a_bytea bytea, a_uuid uuid,
  a_date date, a_time time, a_timetz timetz, a_timestamp timestamp, a_timestamptz timestamptz, a_interval interval,
  a_json json, a_jsonb jsonb, a_jsonpath jsonpath, a_xml xml,
  a_inet inet, a_cidr cidr, a_macaddr macaddr, a_macaddr8 macaddr8, a_bit bit(3), a_varbit varbit(9),
  a_point point, a_line line, a_lseg lseg, a_box box, a_path path, a_polygon polygon, a_circle circle,
  a_tsvector tsvector, a_tsquery tsquery,
  a_int4range int4range, a_int8range int8range, a_numrange numrange, a_tsrange tsrange, a_tstzrange tstzrange, a_daterange daterange,
  a_int4multirange int4multirange, a_tstzmultirange tstzmultirange,
  a_oid oid, a_regclass regclass, a_regtype regtype, a_regproc regproc, a_regrole regrole, a_xid xid, a_xid8 xid8, a_cid cid, a_tid tid,
  a_pg_lsn pg_lsn, a_pg_snapshot pg_snapshot, a_txid_snapshot txid_snapshot, a_aclitem aclitem, a_oidvector oidvector, a_int2vector int2vector,
  a_refcursor refcursor
);
insert into odd.built_in values (
  1,
  true, -32768, 2147483647, -9223372036854775808, 0.1, 0.30000000000000004, 100.00, 1234.56,
  E'line\n"quoted" \\ ünï 🙂', 'nine char', 'abc', 'a name', 'c', '\x00ff', 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6',
  '2026-03-29', '01:30:00.5', '01:30:00+02', '2026-03-29 01:30:00.5', '2026-03-29 01:30:00.123456Z', '1 year 2 mons 3 days 04:05:06.7',
  '{"b": 1, "a": [1.10, null]}', '{"b": 1, "a": [1.10, null]}', '$.a[*] ? (@ > 1)', '<a b="c">d</a>',
  '10.0.0.1/8', '10.0.0.0/8', '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05', '101', '10101',
  '(1.5,2)', '{1,2,3}', '[(1,2),(3,4)]', '(3,4),(1,2)', '((1,2),(3,4))', '((1,2),(3,4),(5,6))', '<(1,2),3>',
  'a:1 ''b c'':2', 'a & !b',
  '[1,5)', '[1,5)', '[1.5,)', '[2026-01-01 00:00,2026-01-02 00:00)', '[2026-01-01 00:00Z,2026-01-02 00:00Z)', 'empty',
  '{[1,5),[7,9)}', '{[2026-01-01 00:00Z,2026-01-02 00:00Z)}',
  42, 'odd.keyless', 'int4', 'now', current_user::regrole, '42', '42', '42', '(0,1)',
  '16/B374D848', '10:20:10,14,15', '10:20:10,14,15', makeaclitem(current_user::regrole, current_user::regrole, 'SELECT', false), '1 2', '1 2',
  'cursor'
);
insert into odd.built_in (id) values (2);

-- Each of them again, as an array.
do $$ begin
  execute (
    select format('create table odd.built_in_list as select id, %s from odd.built_in',
      string_agg(format('array[%1$I, null, %1$I] as %1$I', attname), ', ' order by attnum))
    from pg_attribute where attrelid = 'odd.built_in'::regclass and attnum > 1);
end $$;

-- What the role may not read ----------------------------------------------------------------------------------------

create table odd.secret (secret_id int primary key, word text);
create table odd.half_secret (half_id int primary key, code text not null unique, word text, hidden int not null, unique (code, hidden));
create table odd.hidden_key (key_id int primary key, code text not null unique, note text);
insert into odd.secret values (1, 'w');
insert into odd.half_secret values (1, 'c', 'w', 1);
insert into odd.hidden_key values (1, 'c', 'n'), (2, 'd', 'n');
create table odd.curious (
  curious_id int primary key,
  secret_id int references odd.secret,
  half_id int references odd.half_secret,
  code text,
  hidden int,
  key_id int references odd.hidden_key,
  key_code text references odd.hidden_key (code),
  foreign key (code, hidden) references odd.half_secret (code, hidden)
);
insert into odd.curious values (1, 1, 1, 'c', 1, 1, 'c');
create view odd.secret_view as select * from odd.secret;
