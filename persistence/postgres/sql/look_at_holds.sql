-- look_at_holds.sql: what became of these holds. One that was never taken has no times.
-- $1 sku[]  $2 hold_id[]
select wanted.sku, wanted.hold_id, ended.kind as ended,
       (extract(epoch from coalesce(ended.at, taken.at)) * 1000)::float8 as since_ms
  from unnest($1::text[], $2::text[]) with ordinality as wanted (sku, hold_id, number)
  left join ledger_entry as taken
    on taken.sku = wanted.sku and taken.hold_id = wanted.hold_id and taken.kind = 'reserve'
  left join ledger_entry as ended
    on ended.sku = wanted.sku and ended.hold_id = wanted.hold_id
       and ended.kind in ('commit', 'release', 'expire')
 order by wanted.number
