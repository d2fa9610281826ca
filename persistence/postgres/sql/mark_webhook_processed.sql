-- mark_webhook_processed.sql: this event was acted on.
-- $1 provider  $2 event_id
update webhook_inbox set processed_at = clock_timestamp(), last_error = null
 where provider = $1 and event_id = $2
