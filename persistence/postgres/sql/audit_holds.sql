-- audit_holds.sql: whether these holds were reserved, and what ended them. Two halves, so that each
-- is answered by the partial index that keeps its promise.
-- $1 skus[]  $2 hold ids[], pairwise
with wanted as (
  select * from unnest($1::text[], $2::text[]) as pair (sku, hold_id)
)
select entry.sku, entry.hold_id, entry.kind, entry.quantity
  from wanted
  join ledger_entry as entry
    on entry.sku = wanted.sku and entry.hold_id = wanted.hold_id and entry.kind = 'reserve'
union all
select entry.sku, entry.hold_id, entry.kind, entry.quantity
  from wanted
  join ledger_entry as entry
    on entry.sku = wanted.sku and entry.hold_id = wanted.hold_id
   and entry.kind in ('commit', 'release', 'expire')
