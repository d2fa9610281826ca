-- has_products.sql: whether any product was ever put.
select exists (select from product) as found
