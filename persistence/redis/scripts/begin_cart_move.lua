-- begin_cart_move.lua: set the lines of a cart aside for the cart of another buyer. A move that was
-- begun and not ended is answered as it stands, to whoever asks: they end it first.
-- KEYS[1] cart that is left   ARGV: 1 ttl (ms)  2 id for this move  3 buyer the lines go to
-- Answers the move as JSON, {id, to, lines: [[sku, line], …]}; without lines when the last one has
-- ended and nothing was put into the cart since; nil when there never was one.
local leaving = redis.call('HGET', KEYS[1], 'leaving')
local readable, last = pcall(cjson.decode, leaving)
readable = readable and type(last) == 'table'
if readable and last.lines then
  return leaving
end
local lines = {}
local all = redis.call('HGETALL', KEYS[1])
for at = 1, #all, 2 do
  local sku = string.match(all[at], '^line:(.+)$')
  if sku then
    redis.call('HDEL', KEYS[1], all[at])
    -- A line that cannot be read cannot be moved either.
    if string.match(all[at + 1], '^%d+ %d+ %d+ %d+ %u%u%u$') then
      table.insert(lines, {sku, all[at + 1]})
    end
  end
end
if #lines == 0 then
  return readable and leaving
end
local function placeOf(line)
  return tonumber(string.match(line[2], '^%d+'))
end
table.sort(lines, function(left, right) return placeOf(left) < placeOf(right) end)
local move = cjson.encode({id = ARGV[2], to = ARGV[3], lines = lines})
redis.call('HSET', KEYS[1], 'leaving', move)
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return move
