-- claim_due_checkouts.sql: checkouts whose time has come, or whose process is gone, put off so that
-- the next look does not find them again.
-- $1 this process  $2 at most  $3 seconds until they are looked at again
-- Two questions with an index each: `or` between them would read every open checkout.
with due as (
  select id from checkout
   where next_run_at <= now()
   order by next_run_at
   limit $2
     for update skip locked
),
orphaned as (
  select id from checkout
   where next_run_at is not null
     and state <> 'open'
     and claim_owner <> $1
     and claim_owner not in (select owner from shard where owner is not null)
   limit $2
     for update skip locked
),
found as (
  select id from due union all select id from orphaned limit $2
)
update checkout
   set next_run_at = clock_timestamp() + $3 * interval '1 second', claim_owner = $1
 where id in (select id from found)
returning id
