-- look_at_open_holds.sql: the holds of a SKU that did not end, as they are now, the soonest first.
-- Reads the whole ledger of the SKU: for people, not for sales.
-- $1 sku  $2 at most
select hold_id, max(checkout_id) as checkout_id, max(buyer) as buyer,
       (array_agg(quantity order by seq desc) filter (where kind in ('reserve', 'resize')))[1]
         as quantity,
       (extract(epoch from max(expires_at) filter (where kind = 'reserve')) * 1000)::float8
         as expires_at_ms,
       (extract(epoch from min(at)) * 1000)::float8 as taken_at_ms,
       coalesce(
         (array_agg(kind order by seq desc) filter (where kind in ('pin', 'unpin')))[1] = 'pin',
         false
       ) as pinned
  from ledger_entry
 where sku = $1::text and hold_id is not null
 group by hold_id
having not bool_or(kind in ('commit', 'release', 'expire'))
 order by expires_at_ms, hold_id
 limit $2
