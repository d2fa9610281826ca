-- save_stock_state.lua: keep a state of a SKU, unless a newer one is there.
-- KEYS[1] state   ARGV: 1 ttl (ms)  2 seq  3 hash  4 text
-- Answers 1 when it was written. What is there and has no seq is nobody's, and is replaced.
local there = redis.call('HMGET', KEYS[1], 'seq', 'hash')
local seq = there[1] and tonumber(there[1])
local new_seq = tonumber(ARGV[2])
if seq and (seq > new_seq or (seq == new_seq and there[2] == ARGV[3])) then
  return 0
end
redis.call('HSET', KEYS[1], 'seq', ARGV[2], 'hash', ARGV[3], 'text', ARGV[4])
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 1
