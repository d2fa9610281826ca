-- end_cart_move.lua: let go of the lines that another cart has taken. Which move it was stays, so
-- that a repeat is told the same.
-- KEYS[1] cart that was left   ARGV: 1 ttl (ms)  2 not used  3 id of the move
local leaving = redis.call('HGET', KEYS[1], 'leaving')
local move = leaving and cjson.decode(leaving)
if move and move.id == ARGV[3] and move.lines then
  redis.call('HSET', KEYS[1], 'leaving', cjson.encode({id = move.id, to = move.to}))
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
end
