-- import_copy_entries.sql: append sealed entries. A SKU that somebody else wrote to since its head
-- was read has the number already, and the whole batch is refused.
copy ledger_entry (
  epoch, at, seq, quantity, received, available, held, sold, kind, shard, sku, command_id,
  prev_hash, hash
) from stdin
