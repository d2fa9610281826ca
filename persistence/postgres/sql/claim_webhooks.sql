-- claim_webhooks.sql: events to act on now, put off so that nobody else takes them meanwhile.
-- $1 provider  $2 at most  $3 seconds until an event that was not acted on is taken again
with due as (
  select provider, event_id from webhook_inbox
   where provider = $1 and processed_at is null and next_at <= clock_timestamp()
   order by next_at
   limit $2
     for update skip locked
)
update webhook_inbox
   set next_at = clock_timestamp() + $3 * interval '1 second', attempts = attempts + 1
  from due
 where webhook_inbox.provider = due.provider and webhook_inbox.event_id = due.event_id
returning webhook_inbox.event_id, type, intent_id, metadata, attempts
