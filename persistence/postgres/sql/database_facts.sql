-- database_facts.sql: what the server says of itself.
select current_setting('server_version_num')::int as version_number,
       current_setting('fsync') as fsync,
       current_setting('synchronous_commit') as synchronous_commit,
       current_setting('full_page_writes') as full_page_writes,
       current_setting('autovacuum') as autovacuum,
       current_setting('max_connections')::int as max_connections,
       (select count(*)::int from pg_stat_activity where backend_type = 'client backend')
         as used_connections,
       pg_is_in_recovery() as in_recovery,
       (select count(*)::int from pg_stat_replication) as standbys,
       current_setting('synchronous_standby_names') as standbys_waited_for,
       (extract(epoch from clock_timestamp()) * 1000)::float8 as now_ms,
       pg_backend_pid() as pid
