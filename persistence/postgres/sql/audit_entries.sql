-- audit_entries.sql: one page of the whole ledger, SKU by SKU, each from its first entry on.
-- $1 sku and $2 seq to go on after  $3 entries at most
select sku, seq, shard, epoch::float8 as epoch, kind, hold_id, checkout_id, buyer, command_id,
       quantity, (extract(epoch from expires_at) * 1000)::float8 as expires_at_ms,
       (extract(epoch from at) * 1000)::float8 as at_ms,
       received, available, held, sold,
       encode(prev_hash, 'hex') as prev_hash, encode(hash, 'hex') as hash
  from ledger_entry
 where (sku, seq) > ($1, $2::int)
 order by sku, seq
 limit $3
