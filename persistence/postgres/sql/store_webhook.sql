-- store_webhook.sql: keep a verified event once.
-- $1 provider  $2 event_id  $3 type  $4 intent_id  $5 metadata
-- 0 rows: it was kept before.
insert into webhook_inbox (provider, event_id, type, intent_id, metadata)
values ($1, $2, $3, $4, $5)
    on conflict (provider, event_id) do nothing
returning event_id
