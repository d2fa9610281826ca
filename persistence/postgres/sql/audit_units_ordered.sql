-- audit_units_ordered.sql: open a cursor on the units that orders say were sold, by SKU. A checkout
-- that is committing may have any part of its units sold already. Pages by key would have to add up
-- all lines again for each page, hence the cursor.
declare audit_units_ordered no scroll cursor for
select line.sku,
       coalesce(sum(line.quantity) filter (where checkout.state <> 'committing'), 0)::float8
         as confirmed,
       coalesce(sum(line.quantity) filter (where checkout.state = 'committing'), 0)::float8
         as committing
  from order_line as line
  join orders on orders.id = line.order_id
  join checkout on checkout.id = orders.checkout_id
 where checkout.state in ('committing', 'confirmed', 'captured', 'reversing', 'reversed')
 group by line.sku
 order by line.sku
