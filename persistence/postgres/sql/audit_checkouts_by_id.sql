-- audit_checkouts_by_id.sql: what the journal says of these checkouts, and their order lines.
-- $1 checkout ids[]
select checkout.id, checkout.state, checkout.version,
       checkout.total_amount::float8 as total_amount,
       coalesce((checkout.payment ->> 'keyRevision')::int, 0) as key_revision,
       (select json_agg(json_build_object(
           'sku', line ->> 'sku', 'quantity', line -> 'quantity', 'holdId', line ->> 'holdId'))
         from jsonb_array_elements(
           case jsonb_typeof(checkout.lines) when 'array' then checkout.lines else '[]' end
         ) as line) as lines,
       checkout.order_id as said_order_id, orders.id as order_id,
       (select json_agg(json_build_object(
           'sku', line.sku, 'quantity', line.quantity, 'holdId', line.hold_id))
         from order_line as line where line.order_id = orders.id) as order_lines
  from checkout
  left join lateral (
    select id from orders where orders.checkout_id = checkout.id order by id limit 1
  ) as orders on true
 where checkout.id = any($1::text[])
 order by checkout.id
