-- save_checkpoint.sql: keep the state of a SKU, unless a newer one is there.
-- $1 sku  $2 seq  $3 hash  $4 state
-- Answers a row when it was written.
insert into sku_checkpoint as there (sku, seq, hash, state) values ($1, $2, $3, $4)
    on conflict on constraint sku_has_one_checkpoint do update
   set seq = excluded.seq, hash = excluded.hash, state = excluded.state,
       saved_at = clock_timestamp()
 where there.seq < excluded.seq
    or (there.seq = excluded.seq and there.hash <> excluded.hash)
returning sku
