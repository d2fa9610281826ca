-- imported_stock_after.sql: SKUs whose ledger imports continued, in the order it was committed.
-- $1 id to go on after  $2 at most
select id::float8 as id, sku from imported_stock where id > $1 order by id limit $2
