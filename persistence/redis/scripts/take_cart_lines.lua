-- take_cart_lines.lua: add the lines of a move to a cart, once: the cart remembers the moves it
-- took, with what they could not bring.
-- KEYS[1] cart that takes   ARGV: 1 ttl (ms)  2 id for a new cart  3 the move (JSON)
--                                 4 lines at most  5 quantity at most  6 moves remembered
-- Answers what was not taken, as JSON [[sku, quantity, reason], …] ({} when nothing), and then the
-- cart, fields and values in turn.
local move = cjson.decode(ARGV[3])
local readable, moves = pcall(cjson.decode, redis.call('HGET', KEYS[1], 'moves') or '[]')
if not readable or type(moves) ~= 'table' then
  moves = {}
end
redis.call('HSETNX', KEYS[1], 'id', ARGV[2])
for _, known in ipairs(moves) do
  if known.id == move.id then
    return {cjson.encode(known.left), redis.call('HGETALL', KEYS[1])}
  end
end
local count = redis.call('HLEN', KEYS[1])
for _, name in ipairs({'id', 'placed', 'leaving', 'moves'}) do
  count = count - redis.call('HEXISTS', KEYS[1], name)
end
local left = {}
for _, line in ipairs(move.lines or {}) do
  local sku, field = line[1], 'line:' .. line[1]
  local addedAt, more, price = string.match(line[2], '^%d+ (%d+) (%d+) (.+)$')
  local before = redis.call('HGET', KEYS[1], field)
  -- A line that is there keeps its place, its age and the price its buyer saw.
  local place, had, seen = string.match(before or '', '^(%d+ %d+) (%d+) (.+)$')
  local wanted = tonumber(had or 0) + tonumber(more)
  local kept = math.max(tonumber(had or 0), math.min(wanted, tonumber(ARGV[5])))
  if not before and count >= tonumber(ARGV[4]) then
    table.insert(left, {sku, tonumber(more), 'too_many_lines'})
  else
    if not before then
      count = count + 1
    end
    place = place or redis.call('HINCRBY', KEYS[1], 'placed', 1) .. ' ' .. addedAt
    local text = string.format('%s %d %s', place, kept, seen or price)
    redis.call('HSET', KEYS[1], field, text)
    if wanted > kept then
      table.insert(left, {sku, wanted - kept, 'quantity_limit'})
    end
  end
end
table.insert(moves, {id = move.id, left = left})
while #moves > tonumber(ARGV[6]) do
  table.remove(moves, 1)
end
redis.call('HSET', KEYS[1], 'moves', cjson.encode(moves))
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return {cjson.encode(left), redis.call('HGETALL', KEYS[1])}
