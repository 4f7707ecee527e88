-- Begins every script that works on leases: whether the store is in use.
--
-- It is not before it was restored, nor after nobody has looked at it for a while: heartbeats may have been lost, and what it holds may be
-- old. How long nobody looked is by Redis' own clock: it is about Redis, and the one clock that all nodes see.
--
-- state   key of a hash: "seen", the time of the last look in microseconds; absent while not in use
-- unseen  microseconds without a look after which the store is no longer in use
local function in_use(state, unseen)
  local seen = tonumber(redis.call('HGET', state, 'seen') or nil)
  if not seen then
    return false
  end
  local time = redis.call('TIME')
  local now = time[1] * 1000000 + time[2]
  local passed = now - seen
  if passed > tonumber(unseen) or -passed > tonumber(unseen) then
    redis.call('DEL', state)
    return false
  end
  -- Now and then is often enough: a read that writes is a write for a replica too.
  if passed > 100000 or passed < 0 then
    redis.call('HSET', state, 'seen', string.format('%.0f', now))
  end
  return true
end

