-- import_create_rows.sql: the staging table of one import: the rows of the batch under way.
create temporary table import_row (
  line         integer not null,
  units        integer not null,
  price_amount integer not null,
  sku          text collate "C" not null,
  name         text not null,
  description  text not null,
  currency     text not null,
  seller_id    text collate "C" not null
) on commit delete rows
