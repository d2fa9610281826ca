-- import_tell_stock.sql: tell services that these SKUs have more in the ledger than they know.
-- $1 sku[]
insert into imported_stock (sku) select unnest($1::text[])
