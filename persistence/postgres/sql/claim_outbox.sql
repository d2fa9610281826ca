-- claim_outbox.sql: events to tell now, put off so that nobody else takes them meanwhile.
-- $1 at most  $2 seconds until an event that was not told is taken again
with due as (
  select id from outbox
   where dispatched_at is null and next_at <= clock_timestamp()
   order by id
   limit $1
     for update skip locked
)
update outbox
   set next_at = clock_timestamp() + $2 * interval '1 second', attempts = attempts + 1
  from due
 where outbox.id = due.id
returning outbox.id::float8 as id, order_id, user_id, topic, payload, attempts
