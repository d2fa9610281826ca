-- import_copy_rows.sql: take the rows of a batch in.
copy import_row (line, units, price_amount, sku, name, description, currency, seller_id) from stdin
