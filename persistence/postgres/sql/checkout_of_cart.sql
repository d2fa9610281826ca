-- checkout_of_cart.sql: the checkout that buys this cart, or bought it.
-- $1 cart_id
-- The states that free a cart are those of the index cart_has_one_live_checkout.
select id from checkout
 where cart_id = $1 and state not in ('cancelled', 'expired', 'fraud_rejected', 'reversed')
