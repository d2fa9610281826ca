-- audit_checkouts_under_way.sql: one page of ids of checkouts that are not at rest, or that have or
-- should have an order and none names them.
-- $1 checkout id to go on after  $2 checkouts at most
select checkout.id
  from checkout
 where checkout.id > $1
   and (checkout.state not in ('captured', 'cancelled', 'expired', 'fraud_rejected', 'reversed')
        or (
          (checkout.state in ('captured', 'reversed') or checkout.order_id is not null)
          and not exists (select 1 from orders where orders.checkout_id = checkout.id)
        ))
 order by checkout.id
 limit $2
