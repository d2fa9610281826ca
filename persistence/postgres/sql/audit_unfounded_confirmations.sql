-- audit_unfounded_confirmations.sql: order.confirmed events of orders that were never confirmed.
-- $1 rows at most
select outbox.order_id
  from outbox
  left join orders on orders.id = outbox.order_id
 where outbox.topic = 'order.confirmed' and orders.confirmed_at is null
 order by outbox.id
 limit $1
