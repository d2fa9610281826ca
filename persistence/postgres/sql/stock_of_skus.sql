-- stock_of_skus.sql: the balances of SKUs, which their last entries carry. One without entries is
-- left out.
-- $1 sku[]
select wanted.sku, head.received, head.available, head.held, head.sold
  from unnest($1::text[]) as wanted (sku)
 cross join lateral (
   select received, available, held, sold
     from ledger_entry
    where ledger_entry.sku = wanted.sku
    order by seq desc
    limit 1
 ) as head
