-- discard_stock_state.lua: take a state of a SKU away, unless another one is there by now.
-- KEYS[1] state   ARGV: 1 seq  2 hash
local there = redis.call('HMGET', KEYS[1], 'seq', 'hash')
if there[1] == ARGV[1] and there[2] == ARGV[2] then
  return redis.call('UNLINK', KEYS[1])
end
return 0
