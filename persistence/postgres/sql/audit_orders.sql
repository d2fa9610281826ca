-- audit_orders.sql: one page of orders with all that is said about each of them.
-- $1 order id to go on after  $2 orders at most
with page as (
  select * from orders where id > $1 order by id limit $2
)
select page.id, page.user_id, page.checkout_id, page.status, page.payment_status, page.intent_id,
       page.currency,
       page.total_amount::float8 as total_amount,
       page.captured_amount::float8 as captured_amount,
       page.refunded_amount::float8 as refunded_amount,
       page.confirmed_at is not null as confirmed,
       (select count(*) from orders as same where same.checkout_id = page.checkout_id)::int
         as orders_of_checkout,
       coalesce((select json_agg(json_build_object(
           'userId', outbox.user_id, 'payload', outbox.payload) order by outbox.id)
         from outbox
        where outbox.order_id = page.id and outbox.topic = 'order.confirmed'), '[]')
         as confirmations,
       case when checkout.id is not null then json_build_object(
         'userId', checkout.user_id, 'cartId', checkout.cart_id, 'orderId', checkout.order_id,
         'state', checkout.state, 'version', checkout.version, 'currency', checkout.currency,
         'totalAmount', checkout.total_amount,
         'attempt', checkout.payment -> 'attempt', 'intentId', checkout.payment ->> 'intentId',
         'keyRevision', coalesce((checkout.payment ->> 'keyRevision')::int, 0),
         'lines', coalesce((select json_agg(json_build_object(
             'line', line -> 'line', 'sku', line ->> 'sku', 'sellerId', line ->> 'sellerId',
             'quantity', line -> 'quantity', 'unitAmount', line #> '{unitPrice,amount}',
             'holdId', line ->> 'holdId'))
           from jsonb_array_elements(
             case jsonb_typeof(checkout.lines) when 'array' then checkout.lines else '[]' end
           ) as line), '[]')
       ) end as checkout,
       coalesce((select json_agg(json_build_object(
           'line', line.line, 'sku', line.sku, 'sellerId', line.seller_id,
           'quantity', line.quantity, 'unitAmount', line.unit_amount,
           'totalAmount', line.total_amount, 'holdId', line.hold_id) order by line.line)
         from order_line as line where line.order_id = page.id), '[]') as lines,
       coalesce((select json_agg(json_build_object(
           'sellerId', part.seller_id, 'totalAmount', part.total_amount) order by part.seller_id)
         from sub_order as part where part.order_id = page.id), '[]') as sub_orders,
       coalesce((select json_agg(json_build_object(
           'attempt', attempt.attempt, 'status', attempt.status, 'intentId', attempt.intent_id,
           'amount', attempt.amount, 'currency', attempt.currency) order by attempt.attempt)
         from payment_attempt as attempt where attempt.order_id = page.id), '[]') as attempts
  from page
  left join checkout on checkout.id = page.checkout_id
 order by page.id
