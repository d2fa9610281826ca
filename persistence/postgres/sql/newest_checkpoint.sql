-- newest_checkpoint.sql: the checkpoint of a SKU, its text only when the caller has none as new.
-- $1 sku  $2 seq of the caller's
select seq, hash, case when seq > $2 then state end as text from sku_checkpoint where sku = $1
