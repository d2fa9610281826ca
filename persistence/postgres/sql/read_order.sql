-- read_order.sql: orders of one user with their lines, sub-orders and events.
-- $1 user_id  $2 order ids[]
select orders.*,
       (select jsonb_agg(jsonb_build_object(
                 'line', line, 'sku', sku, 'name', name, 'sellerId', seller_id,
                 'quantity', quantity, 'unitAmount', unit_amount, 'holdId', hold_id
               ) order by line)
          from order_line where order_line.order_id = orders.id) as lines,
       (select jsonb_agg(jsonb_build_object(
                 'sellerId', seller_id, 'status', status, 'totalAmount', total_amount
               ) order by seller_id)
          from sub_order where sub_order.order_id = orders.id) as sub_orders,
       coalesce((select jsonb_agg(jsonb_build_object(
                 'type', topic, 'at', created_at, 'data', payload
               ) order by id)
          from outbox where outbox.order_id = orders.id), '[]') as events
  from orders
 where user_id = $1 and id = any($2::text[])
