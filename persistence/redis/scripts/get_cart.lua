-- get_cart.lua: read a cart; one that is not there is made, so that its id is the same next time.
-- KEYS[1] cart   ARGV: 1 ttl (ms)  2 id for a new cart
-- Answers fields and values in turn. Looking at a cart does not lengthen its life.
if not redis.call('HGET', KEYS[1], 'id') then
  redis.call('HSET', KEYS[1], 'id', ARGV[2], 'placed', 0)
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
end
return redis.call('HGETALL', KEYS[1])
