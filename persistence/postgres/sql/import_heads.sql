-- import_heads.sql: the head of each SKU of the batch that has a history, and what a command gave
-- it before. A SKU that is missing in the answer has no entries.
-- $1 command id
select row.sku, head.seq, encode(head.hash, 'hex') as hash, head.received, head.available,
       head.held, head.sold, earlier.quantity as earlier_quantity
  from import_row as row
 cross join lateral (
    select seq, hash, received, available, held, sold
      from ledger_entry where ledger_entry.sku = row.sku order by seq desc limit 1
  ) as head
  left join lateral (
    select quantity from ledger_entry
     where ledger_entry.sku = row.sku and ledger_entry.command_id = $1::text
  ) as earlier on true
 where row.units > 0
