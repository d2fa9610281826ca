-- remove_cart_line.lua: take one line out of a cart.
-- KEYS[1] cart   ARGV: 1 ttl (ms)  2 id for a new cart  3 sku
-- Answers fields and values in turn.
if not redis.call('HGET', KEYS[1], 'id') then
  redis.call('HSET', KEYS[1], 'id', ARGV[2], 'placed', 0)
end
redis.call('HDEL', KEYS[1], 'line:' .. ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return redis.call('HGETALL', KEYS[1])
