-- put_off_webhook.sql: this event could not be acted on yet.
-- $1 provider  $2 event_id  $3 milliseconds  $4 reason
update webhook_inbox
   set next_at = clock_timestamp() + $3 * interval '1 millisecond', last_error = $4
 where provider = $1 and event_id = $2
