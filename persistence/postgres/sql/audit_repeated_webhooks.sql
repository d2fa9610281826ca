-- audit_repeated_webhooks.sql: webhook events that are stored more than once.
-- $1 rows at most
select provider as of, event_id as id, count(*)::int as times
  from webhook_inbox
 group by provider, event_id
having count(*) > 1
 order by provider, event_id
 limit $1
