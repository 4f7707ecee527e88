-- Puts restored records, while nobody else uses the store.
--
-- KEYS[1]  restoring: the token of the node that restores
-- KEYS[2]  people of the org: hash, user -> record
-- KEYS[3]  deadlines: sorted set, member -> when the person's next lease ends (microseconds)
-- KEYS[4]  unlogged: sorted set, member -> since when the person's note is to be written down (microseconds)
-- ARGV[1]  token
-- ARGV[2]  how long it holds from now on (milliseconds)
-- ARGV[3]  now (microseconds)
-- and of each person:
--   user, member, record, deadline or empty, "1" if there is something to write down or empty
--
-- Answers 1, or 0 when the token does not hold: Redis was emptied meanwhile, or another node restores it.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
for i = 4, #ARGV, 5 do
  local user, member, record, deadline, noted = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4]
  redis.call('HSET', KEYS[2], user, record)
  if deadline == '' then
    redis.call('ZREM', KEYS[3], member)
  else
    redis.call('ZADD', KEYS[3], deadline, member)
  end
  if noted ~= '' then
    redis.call('ZADD', KEYS[4], ARGV[3], member)
  end
end
return 1
