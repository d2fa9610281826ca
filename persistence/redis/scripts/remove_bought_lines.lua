-- remove_bought_lines.lua: take what was bought out of a cart and give the cart a new id, if it is
-- still the cart that was bought. The new id makes a repeat find nothing to do.
-- KEYS[1] cart   ARGV: 1 ttl (ms)  2 the new id  3 the id it was bought under
--                      4 sku  5 quantity  6 sku  7 quantity …
if redis.call('HGET', KEYS[1], 'id') ~= ARGV[3] then
  return
end
for at = 4, #ARGV, 2 do
  local field = 'line:' .. ARGV[at]
  local line = redis.call('HGET', KEYS[1], field)
  if line then
    local place, quantity, price = string.match(line, '^(%d+ %d+) (%d+) (.+)$')
    -- A line that cannot be read goes as well: it would never be bought.
    local left = quantity and tonumber(quantity) - tonumber(ARGV[at + 1]) or 0
    if left > 0 then
      redis.call('HSET', KEYS[1], field, string.format('%s %d %s', place, left, price))
    else
      redis.call('HDEL', KEYS[1], field)
    end
  end
end
redis.call('HSET', KEYS[1], 'id', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[1])
