-- audit_overview.sql: the moment an audit sees, and how much there is to see.
-- entries_estimate is negative while the database has never counted the table.
select (extract(epoch from now()) * 1000)::float8 as taken_at_ms,
       (select reltuples::float8 from pg_class where oid = 'ledger_entry'::regclass)
         as entries_estimate,
       (select count(*)::float8 from webhook_inbox) as webhooks,
       coalesce(
         (select json_object_agg(state, checkouts)
            from (select state, count(*) as checkouts from checkout group by state) as by_state),
         '{}'
       ) as checkouts_by_state
