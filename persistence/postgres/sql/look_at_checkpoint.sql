-- look_at_checkpoint.sql: the entry a SKU is read from, instead of from its first one.
-- $1 sku
select seq, (extract(epoch from saved_at) * 1000)::float8 as saved_at_ms
  from sku_checkpoint
 where sku = $1
