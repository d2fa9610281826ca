-- import_lock.sql: one import at a time. Waits as long as lock_timeout says: what a killed import
-- was doing may take a moment to end.
select pg_advisory_lock(hashtext('holdfast import'))
