-- ledger_tail.sql: the last entries of a SKU, newest first.
-- $1 sku  $2 at most  $3 only entries before this seq, or null
select sku, seq, epoch::float8 as epoch, kind, hold_id, checkout_id, buyer, command_id, quantity,
       (extract(epoch from expires_at) * 1000)::float8 as expires_at_ms,
       (extract(epoch from at) * 1000)::float8 as at_ms,
       received, available, held, sold,
       encode(prev_hash, 'hex') as prev_hash, encode(hash, 'hex') as hash
  from ledger_entry
 where sku = $1 and ($3::int is null or seq < $3::int)
 order by seq desc
 limit $2
