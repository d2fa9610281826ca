-- import_first_lines.sql: the line of the import that has a SKU.
-- $1 sku[]
select sku, line from import_seen where sku = any($1::text[])
