-- imported_stock_newest.sql: the newest id there is, or 0.
select coalesce(max(id), 0)::float8 as id from imported_stock
