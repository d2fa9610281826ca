-- import_patience.sql: how long this session waits for a lock; 0 is for ever.
-- $1 milliseconds
select set_config('lock_timeout', $1::int::text, false)
