-- audit_outages.sql: when nobody served, in the order it ended.
select (extract(epoch from began_at) * 1000)::float8 as began_at_ms,
       (extract(epoch from ended_at) * 1000)::float8 as ended_at_ms
  from outage
 order by ended_at
