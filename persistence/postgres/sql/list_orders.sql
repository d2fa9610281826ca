-- list_orders.sql: ids of the orders of one user that were ever confirmed, newest first.
-- $1 user_id  $2 id to go on after, or null  $3 at most
select id from orders
 where user_id = $1 and confirmed_at is not null and ($2::text is null or id < $2)
 order by id desc
 limit $3
