-- All tables lie on one node, and other schemas on others.
select citus_schema_distribute('events');
