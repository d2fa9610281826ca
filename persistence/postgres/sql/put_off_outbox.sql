-- put_off_outbox.sql: this event could not be told yet.
-- $1 id  $2 milliseconds
update outbox set next_at = clock_timestamp() + $2 * interval '1 millisecond' where id = $1
