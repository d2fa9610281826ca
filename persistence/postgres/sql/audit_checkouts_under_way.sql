-- audit_checkouts_under_way.sql: one page of checkouts that are not at rest, or that should have an
-- order and have none.
-- $1 checkout id to go on after  $2 checkouts at most
select checkout.id, checkout.state, checkout.version,
       checkout.total_amount::float8 as total_amount,
       coalesce((checkout.payment ->> 'keyRevision')::int, 0) as key_revision,
       (select json_agg(json_build_object(
           'sku', line ->> 'sku', 'quantity', (line ->> 'quantity')::int,
           'holdId', line ->> 'holdId'))
         from jsonb_array_elements(checkout.lines) as line) as lines,
       orders.id as order_id,
       (select json_agg(json_build_object(
           'sku', line.sku, 'quantity', line.quantity, 'holdId', line.hold_id))
         from order_line as line where line.order_id = orders.id) as order_lines
  from checkout
  left join lateral (
    select id from orders where orders.checkout_id = checkout.id order by id limit 1
  ) as orders on true
 where checkout.id > $1
   and (checkout.state not in ('captured', 'cancelled', 'expired', 'fraud_rejected', 'reversed')
        or (checkout.state in ('captured', 'reversed') and orders.id is null))
 order by checkout.id
 limit $2
