-- Up Migration

-- The completer asks each second for what a dead process was working on. Only few checkouts are
-- being worked on at a time; the many that wait open for their buyer are not in here.
create index checkout_under_way on checkout (claim_owner)
  where next_run_at is not null and state <> 'open';
