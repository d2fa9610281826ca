-- audit_checkpoints.sql: one page of the checkpoints, SKU by SKU.
-- $1 sku to go on after  $2 rows at most
select sku, seq, hash, state as text
  from sku_checkpoint
 where sku > $1
 order by sku
 limit $2
