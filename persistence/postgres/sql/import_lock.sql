-- import_lock.sql: one import at a time. Answers whether it is ours.
select pg_try_advisory_lock(hashtext('holdfast import')) as ours
