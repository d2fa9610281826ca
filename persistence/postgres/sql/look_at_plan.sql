-- look_at_plan.sql: who has a checkout under way, and when it is looked at again.
-- $1 checkout id
select claim_owner, (extract(epoch from next_run_at) * 1000)::float8 as next_run_at_ms,
       (extract(epoch from clock_timestamp()) * 1000)::float8 as now_ms
  from checkout
 where id = $1
