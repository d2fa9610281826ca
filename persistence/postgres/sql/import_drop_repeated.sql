-- import_drop_repeated.sql: remember the SKUs of the batch, and leave out the rows whose SKU an
-- earlier line of the import has. Only what was not remembered before is looked at: reading all
-- that the import has seen, for each batch, would take ever longer.
-- Answers the rows left out.
with fresh as (
  insert into import_seen (sku, line)
  select sku, line from import_row order by sku, line
      on conflict (sku) do nothing
  returning line
)
delete from import_row
 where line not in (select line from fresh)
returning line, sku
