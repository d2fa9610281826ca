-- put_cart_line.lua: set a line of a cart, unless a new line would be one too many.
-- KEYS[1] cart   ARGV: 1 ttl (ms)  2 id for a new cart  3 lines at most  4 sku
--                      5 added at (ms)  6 quantity  7 price amount  8 price currency
-- Answers fields and values in turn; nil when the cart is full.
local field = 'line:' .. ARGV[4]
local before = redis.call('HGET', KEYS[1], field)
-- These fields are no lines: its id, how many lines were ever placed, and what is known of moves
-- out of it (leaving) and into it (moves).
local lines = redis.call('HLEN', KEYS[1])
for _, name in ipairs({'id', 'placed', 'leaving', 'moves'}) do
  lines = lines - redis.call('HEXISTS', KEYS[1], name)
end
if not before and lines >= tonumber(ARGV[3]) then
  return false
end
redis.call('HSETNX', KEYS[1], 'id', ARGV[2])
-- A line that is set again keeps its place and the time it was added.
local place = before and string.match(before, '^%d+ %d+')
  or redis.call('HINCRBY', KEYS[1], 'placed', 1) .. ' ' .. ARGV[5]
local line = place .. ' ' .. ARGV[6] .. ' ' .. ARGV[7] .. ' ' .. ARGV[8]
redis.call('HSET', KEYS[1], field, line)
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return redis.call('HGETALL', KEYS[1])
