-- load_checkout.sql: one checkout as it was last written.
-- $1 id
select * from checkout where id = $1
