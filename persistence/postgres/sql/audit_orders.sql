-- audit_orders.sql: one page of orders with all that is said about each of them.
-- $1 order id to go on after  $2 orders at most
with page as (
  select * from orders where id > $1 order by id limit $2
)
select page.id, page.checkout_id, page.status, page.payment_status, page.currency,
       page.total_amount::float8 as total_amount,
       page.captured_amount::float8 as captured_amount,
       page.refunded_amount::float8 as refunded_amount,
       page.confirmed_at is not null as confirmed,
       (select count(*) from orders as same where same.checkout_id = page.checkout_id)::int
         as orders_of_checkout,
       (select count(*) from outbox
         where outbox.order_id = page.id and outbox.topic = 'order.confirmed')::int
         as confirmed_events,
       case when checkout.id is not null then json_build_object(
         'state', checkout.state, 'version', checkout.version, 'currency', checkout.currency,
         'totalAmount', checkout.total_amount,
         'keyRevision', coalesce((checkout.payment ->> 'keyRevision')::int, 0)
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
           'attempt', attempt.attempt, 'status', attempt.status, 'amount', attempt.amount,
           'currency', attempt.currency) order by attempt.attempt)
         from payment_attempt as attempt where attempt.order_id = page.id), '[]') as attempts
  from page
  left join checkout on checkout.id = page.checkout_id
 order by page.id
