-- The store is restored: it is in use.
--
-- KEYS[1]  state: hash, "seen" is the time of the last look (microseconds)
-- KEYS[2]  restoring: the token of the node that restores
-- ARGV[1]  token
--
-- Answers 1, or 0 when the token does not hold.
if redis.call('GET', KEYS[2]) ~= ARGV[1] then
  return 0
end
local time = redis.call('TIME')
redis.call('HSET', KEYS[1], 'seen', string.format('%.0f', time[1] * 1000000 + time[2]))
redis.call('DEL', KEYS[2])
return 1
