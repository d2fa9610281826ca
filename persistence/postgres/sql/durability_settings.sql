-- durability_settings.sql: whether an acknowledged commit survives a power cut.
select current_setting('fsync') as fsync,
       current_setting('synchronous_commit') as synchronous_commit,
       current_setting('server_version') as server_version
