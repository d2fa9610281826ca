-- newest_stock_state.lua: a state of a SKU, its text only when the caller has none as new.
-- KEYS[1] state   ARGV: 1 seq of the caller's
-- Answers seq, hash and text (nil: the caller's is as new); nil when there is none.
local seq = redis.call('HGET', KEYS[1], 'seq')
if not seq then
  return false
end
local text = 'text'
if (tonumber(seq) or math.huge) <= tonumber(ARGV[1]) then
  text = 'no such field'
end
return redis.call('HMGET', KEYS[1], 'seq', 'hash', text)
