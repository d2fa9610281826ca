-- discard_checkpoint.sql: take the checkpoint of a SKU away, unless another one is there by now.
-- $1 sku  $2 seq  $3 hash
delete from sku_checkpoint where sku = $1 and seq = $2 and hash = $3
