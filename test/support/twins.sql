-- A schema with a twin of every operator, function, type and relation of PostgreSQL's own, which raises when it is used:
-- whoever has it ahead of pg_catalog on the search_path can do no more than what names everything by its schema.
create schema twins;
grant usage on schema twins to public;

do $$
declare
  it record;
begin
  perform set_config('search_path', 'pg_catalog', true);

  -- "any_in" says "cannot accept a value of type any", whatever it is given. A call of an aggregate's twin as an aggregate
  -- is refused, since it is a plain function.
  for it in
    select proname, pg_get_function_result(oid) as result,
      case when prokind in ('a', 'w') then oidvectortypes(proargtypes) else pg_get_function_arguments(oid) end as arguments
    from pg_proc where pronamespace = 'pg_catalog'::regnamespace and prokind <> 'p'
  loop
    begin
      execute format('create function twins.%I(%s) returns %s language internal as ''any_in''', it.proname, it.arguments, it.result);
    exception when others then null; -- what reads a value from outside, which SQL does not call
    end;
  end loop;

  for it in
    select o.oprname, p.proname, o.oprleft::regtype as l, o.oprright::regtype as r
    from pg_operator o join pg_proc p on p.oid = o.oprcode where o.oprnamespace = 'pg_catalog'::regnamespace
  loop
    begin
      execute format('create operator twins.%s (function = twins.%I, rightarg = %s%s)', it.oprname, it.proname, it.r,
        case when it.l <> 0 then ', leftarg = ' || it.l end);
    exception when others then null;
    end;
  end loop;

  create function twins.is_own() returns bool language internal as 'any_in';
  for it in
    select typname from pg_type where typnamespace = 'pg_catalog'::regnamespace and typtype in ('b', 'r', 'm') and typcategory <> 'A'
  loop
    execute format('create domain twins.%I as pg_catalog.%I check (twins.is_own())', it.typname, it.typname);
  end loop;

  for it in
    select relname from pg_class where relnamespace = 'pg_catalog'::regnamespace and relkind in ('r', 'v')
  loop
    begin
      execute format('create view twins.%I as select * from pg_catalog.%I where twins.is_own()', it.relname, it.relname);
    exception when others then null; -- columns of any type
    end;
  end loop;
  grant select on all tables in schema twins to public;
end $$;
