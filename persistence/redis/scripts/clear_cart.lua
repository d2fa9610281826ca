-- clear_cart.lua: take all lines out of a cart. Its id stays: the same cart is bought only once.
-- KEYS[1] cart   ARGV: 1 ttl (ms)  2 id for a new cart
-- Answers fields and values in turn.
local id = redis.call('HGET', KEYS[1], 'id') or ARGV[2]
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'id', id, 'placed', 0)
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return redis.call('HGETALL', KEYS[1])
