-- mark_outbox_told.sql: these events were told.
-- $1 ids[]
update outbox set dispatched_at = clock_timestamp() where id = any($1::bigint[])
