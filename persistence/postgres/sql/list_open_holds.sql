-- list_open_holds.sql: holds of a SKU that were taken and not ended, in the order of their ids. Two
-- partial indexes say which; what changed about them since is in one range of the SKU's history.
-- $1 sku  $2 hold_id to go on after, or ''  $3 at most
with page as (
  select taken.hold_id, taken.seq, taken.checkout_id, taken.buyer, taken.quantity, taken.at,
         taken.expires_at
    from ledger_entry as taken
   where taken.sku = $1 and taken.kind = 'reserve' and taken.hold_id > $2
     and not exists (
       select from ledger_entry as ended
        where ended.sku = $1 and ended.hold_id = taken.hold_id
          and ended.kind in ('commit', 'release', 'expire')
     )
   order by taken.hold_id
   limit $3
),
changed as (
  select entry.hold_id,
         (array_agg(entry.quantity order by entry.seq desc)
           filter (where entry.kind = 'resize'))[1] as quantity,
         (array_agg(entry.kind order by entry.seq desc)
           filter (where entry.kind in ('pin', 'unpin')))[1] = 'pin' as pinned
    from ledger_entry as entry
   where entry.sku = $1
     and entry.seq > (select min(seq) from page)
     and entry.hold_id in (select hold_id from page)
     and entry.kind in ('resize', 'pin', 'unpin')
   group by entry.hold_id
)
select page.hold_id, page.checkout_id, page.buyer,
       coalesce(changed.quantity, page.quantity) as quantity,
       coalesce(changed.pinned, false) as pinned,
       (extract(epoch from page.at) * 1000)::float8 as taken_at_ms,
       (extract(epoch from page.expires_at) * 1000)::float8 as expires_at_ms
  from page
  left join changed using (hold_id)
 order by page.hold_id
