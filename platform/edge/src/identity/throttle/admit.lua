-- Admits an attempt to sign in, and counts it as failed, or tells how long to wait.
--
-- KEYS[1]  failures of an account from a source: hash, "count" and "last" (microseconds)
-- ARGV[1]  now (microseconds), empty for Redis' own time: nodes' clocks may differ
-- ARGV[2]  failures that cost nothing
-- ARGV[3]  wait after the first one that does (microseconds), doubled by each one after it
-- ARGV[4]  the longest wait (microseconds)
-- ARGV[5]  quiet time after which failures are forgotten (microseconds)
--
-- Answers 0 when admitted, -1 when admitted and the next has to wait if this one fails, else the wait (microseconds).
local now, free, first, longest, forgotten =
  tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end
local count = tonumber(redis.call('HGET', KEYS[1], 'count') or '0')
local last = tonumber(redis.call('HGET', KEYS[1], 'last') or '0')
local wait = 0
if count >= free then
  wait = math.min(first * 2 ^ math.min(count - free, 16), longest)
end
if last + wait > now then
  return last + wait - now
end
if now - last > forgotten then
  count = 0
end
redis.call('HSET', KEYS[1], 'count', count + 1, 'last', string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[1], math.ceil(forgotten / 1000))
return count + 1 >= free and -1 or 0
