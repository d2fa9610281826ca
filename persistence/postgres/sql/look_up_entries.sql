-- look_up_entries.sql: the entries that took these holds, ended them or returned units of them, and
-- those that carry these command ids. One condition for each partial index that answers it.
-- $1 sku  $2 hold ids[]  $3 command ids[]
select sku, seq, epoch::float8 as epoch, kind, hold_id, checkout_id, buyer, command_id, quantity,
       (extract(epoch from expires_at) * 1000)::float8 as expires_at_ms,
       (extract(epoch from at) * 1000)::float8 as at_ms,
       received, available, held, sold,
       encode(prev_hash, 'hex') as prev_hash, encode(hash, 'hex') as hash
  from ledger_entry
 where (sku = $1 and hold_id = any($2::text[]) and kind = 'reserve')
    or (sku = $1 and hold_id = any($2::text[]) and kind in ('commit', 'release', 'expire'))
    or (sku = $1 and hold_id = any($2::text[]) and kind = 'return')
    or (sku = $1 and command_id = any($3::text[]) and command_id is not null)
