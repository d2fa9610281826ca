-- list_checkouts_under_way.sql: checkouts that are not at rest, the one that is due first. The
-- partial index on next_run_at holds just these, so a list costs nothing where nothing is stuck.
-- $1 state, or null for all  $2 next_run_at (Unix microseconds) and $3 id to go on after, or null
-- $4 at most
select checkout.*, (extract(epoch from next_run_at) * 1000000)::bigint::text as next_run_at_us
  from checkout
 where next_run_at is not null
   and ($1::text is null or state = $1::text)
   and ($2::bigint is null
        or next_run_at >= 'epoch'::timestamptz + $2::bigint * interval '1 microsecond')
   and ($2::bigint is null
        or (next_run_at, id) > ('epoch'::timestamptz + $2::bigint * interval '1 microsecond',
                                $3::text))
 order by next_run_at, id
 limit $4
