-- clear_cart.lua: take all lines out of a cart. Its id stays: the same cart is bought only once.
-- What it knows of moves from other carts stays too, or a repeated move would fill it again.
-- KEYS[1] cart   ARGV: 1 ttl (ms)  2 id for a new cart
-- Answers fields and values in turn.
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  if string.sub(field, 1, 5) == 'line:' then
    redis.call('HDEL', KEYS[1], field)
  end
end
redis.call('HSETNX', KEYS[1], 'id', ARGV[2])
redis.call('HSET', KEYS[1], 'placed', 0)
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return redis.call('HGETALL', KEYS[1])
