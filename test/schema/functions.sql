-- A schema with functions of every form; what the API serves of them has @expose.
create schema calls;
create type calls.mood as enum ('glad', 'so so');
create type calls.span as (lo int, hi int);
create domain calls.percent as int check (value between 0 and 100);
create table calls.thing (thing_id int primary key, name text not null, score int, mood calls.mood, secret text);
create table calls.note (note_id int primary key, thing_id int not null references calls.thing, body text);
create table calls.log (log_id int generated always as identity primary key, said text not null);
create view calls.loose as select name, score from calls.thing;
insert into calls.thing select n, 'thing ' || n, nullif(n % 4, 3), (array['glad', 'so so'])[n % 2 + 1]::calls.mood, 's' from generate_series(1, 10) n;
insert into calls.note select n, (n - 1) / 3 + 1, 'note ' || n from generate_series(1, 12) n;

create function calls.twice(n int) returns int language sql immutable strict as 'select n * 2';
create function calls.greet(name text, greeting text default 'Hello', mark text default '!') returns text language sql stable
  as $$select coalesce(greeting, 'Nothing') || ', ' || coalesce(name, 'nobody') || mark$$;
create function calls.opposite(m calls.mood) returns calls.mood language sql immutable
  as $$select case m when 'glad' then 'so so' else 'glad' end::calls.mood$$;
create function calls.reversed(list int[]) returns int[] language sql immutable
  as 'select array(select x from unnest(list) with ordinality u(x, n) order by n desc)';
create function calls.half(p calls.percent) returns numeric language sql immutable as 'select p / 2.0';
create function calls.document(d jsonb) returns jsonb language sql immutable as $$select d || '{"seen": true}'$$;
create function calls.width(span calls.span) returns int language sql immutable as 'select span.hi - span.lo';
create function calls.widths(spans calls.span[]) returns setof int language sql immutable as 'select s.hi - s.lo from unnest(spans) s';
create function calls.unnamed(int, text default 'x') returns text language sql immutable as 'select $2 || $1';
create function calls.numbers(n int) returns setof int language sql stable as 'select generate_series(1, n)';
create function calls.texts() returns setof text language sql stable as $$values ('null'), (null), ('NULL'), ('{"a,b"}')$$;
create function calls.spans(n int) returns setof calls.span language sql stable as 'select i, i * 2 from generate_series(1, n) i';
create function calls.nearest() returns calls.span language sql stable as 'select null::calls.span';
create function calls.parted(text, out head text, out tail text) language sql immutable as 'select left($1, 1), substr($1, 2)';
create function calls.counted() returns table (mood calls.mood, "how many" bigint) language sql stable
  as 'select mood, count(*) from calls.thing group by 1 order by 1';
create function calls.best() returns calls.thing language sql stable as 'select * from calls.thing order by score desc nulls last, thing_id limit 1';
create function calls.nobody() returns calls.thing language sql stable as 'select * from calls.thing where false';
create function calls.named_like(part text default '', most int default 100) returns setof calls.thing language plpgsql stable rows 20
  as $$begin return query select * from calls.thing where name like '%' || part || '%' order by thing_id desc limit most; end$$;
create function calls.doubled() returns setof calls.thing language sql stable
  as 'select * from calls.thing union all select * from calls.thing where thing_id < 4';
create function calls.shuffled() returns setof calls.thing language plpgsql stable
  as $$begin return query select * from calls.thing order by md5(name); end$$;
create function calls.by_key() returns setof calls.thing language sql stable as 'select * from calls.thing';
create function calls.keyed(lowest int default 0) returns setof calls.thing language sql stable
  as 'select * from calls.thing where score >= lowest';
create function calls.like_arguments("first" int default 0, "after" int default 0, "last" int default 0, "before" int default 0,
  "offset" int default 0, "where" int default 0, order_by int default 0, distinct_on int default 0, group_by int default 0, "having" int default 0)
  returns setof calls.thing language sql stable as 'select * from calls.thing where thing_id = distinct_on';

create function calls.title(t calls.thing) returns text language sql immutable as $$select upper(t.name)$$;
create function calls.negated(t calls.thing) returns int language sql immutable as 'select -t.score';
create function calls.padded(t calls.thing, width int, fill text default '.') returns text language sql immutable
  as $$select rpad(t.name, width, fill)$$;
create function calls.inverse(t calls.thing) returns numeric language sql stable as 'select 1.0 / t.score';
create function calls.first_note(t calls.thing) returns calls.note language sql stable
  as 'select * from calls.note n where n.thing_id = t.thing_id order by note_id limit 1';
create function calls.latest(t calls.thing, most int default 2) returns setof calls.note language sql stable
  as 'select * from calls.note n where n.thing_id = t.thing_id order by note_id desc limit most';
create function calls.range_of(t calls.thing) returns calls.span language sql stable as 'select t.thing_id, t.score';
create function calls.scores(t calls.thing) returns setof int language sql stable as 'select generate_series(1, t.score)';
create function calls.caption(l calls.loose) returns text language sql stable as $$select l.name || '?'$$;

create function calls.say(said text) returns calls.log language sql as 'insert into calls.log (said) values (said) returning *';
create function calls.say_all(variadic said text[]) returns void language sql as 'insert into calls.log (said) select unnest(said)';
create function calls.say_each(said text[]) returns setof calls.log language sql as 'insert into calls.log (said) select unnest(said) returning *';
create function calls.forget() returns void language sql as 'delete from calls.log';
create function calls.next() returns bigint language plpgsql as 'begin return 7; end';
create function calls.keep(t calls.thing) returns text language plpgsql as $$begin insert into calls.log (said) values (t.name); return t.name; end$$;
create function calls.refuse(state text) returns int language plpgsql as $$begin raise sqlstate 'P0001' using message = 'not ' || state; end$$;
create function calls.refuse_all(state text) returns int language plpgsql stable as $$begin raise exception 'no %', state using errcode = state; end$$;
create function calls.sly() returns bigint language plpgsql stable as $$begin perform calls.say('sly'); return 1; end$$;
create function calls.readonly() returns text language sql stable as $$select current_setting('transaction_read_only')$$;
create function calls.whoami() returns text language sql stable as $$select current_setting('request.jwt.claims', true)$$;

create function calls.pick(n int) returns text language sql immutable as $$select 'int'$$;
create function calls.pick(t text) returns text language sql immutable as $$select 'text'$$;
create function calls.pick(n int, t text) returns text language sql immutable as $$select 'both'$$;

create type calls.visit as (at timestamptz, during int4range, also int4multirange, at_epoch_ms text);
create function calls.visits() returns setof calls.visit language sql immutable
  as $$values (timestamptz '2026-01-01Z', int4range(1, 5), int4multirange(int4range(1, 2), int4range(7, null)), 'its own'), (null, null, null, null)$$;
create function calls.step(n int) returns text language sql immutable as $$select 'one'$$;
create function calls.step(n int, by int default 2) returns text language sql immutable as $$select (n + by)::text$$;
create function calls.stride(n int, by int default 2) returns int language sql immutable as $$select n + by$$;
create function calls.stride(n int, by int, times int) returns int language sql immutable as $$select n + by * times$$;
create function calls.built(constructor text default 'as ever', "toString" text default '') returns text language sql immutable
  as $$select constructor || "toString"$$;

create function calls.any_one(anyelement) returns anyelement language sql immutable as 'select $1';
create function calls.passes() returns trigger language plpgsql as 'begin return new; end';
create function calls.record() returns record language sql immutable as 'select 1, 2';
create function calls.lists() returns setof int[] language sql immutable as $$select '{1}'::int[]$$;
create procedure calls.proceed() language sql as 'select 1';
create aggregate calls.total(int) (sfunc = int4pl, stype = int);

do $$
declare
  f regprocedure;
begin
  for f in select oid::regprocedure from pg_proc where pronamespace = 'calls'::regnamespace and prokind = 'f' loop
    execute format('comment on function %s is ''@expose''', f);
  end loop;
end $$;
comment on function calls.title is E'What is printed on it.\n@expose\n@filterable\n@sortable';
comment on function calls.negated is E'@expose\n@sortable';
comment on function calls.inverse is E'@expose\n@filterable';
comment on function calls.keyed is E'@expose\n@key (thing_id)';
comment on function calls.by_key is E'@expose\n@key (thing_id)';
comment on function calls.twice is E'@expose\n@name doubleOf\n@deprecated multiply yourself';
comment on function calls.next is E'@expose\n@omit';
