-- Puts a record in place of another, if that is still what it was made from.
--
-- KEYS[1]  state
-- KEYS[2]  people of the org: hash, user -> record
-- KEYS[3]  deadlines: sorted set, member -> when the person's next lease ends (microseconds)
-- KEYS[4]  unlogged: sorted set, member -> since when the person's note is to be written down (microseconds)
-- ARGV[1]  unseen, see in_use.lua
-- ARGV[2]  user
-- ARGV[3]  member: org and user
-- ARGV[4]  the record it was made from, empty for none
-- ARGV[5]  the record
-- ARGV[6]  its deadline, empty for none
-- ARGV[7]  now if there is something to write down, else empty
--
-- Answers nil when not in use, 1 when done, 0 when somebody else was faster.
if not in_use(KEYS[1], ARGV[1]) then
  return false
end
if (redis.call('HGET', KEYS[2], ARGV[2]) or '') ~= ARGV[4] then
  return 0
end
redis.call('HSET', KEYS[2], ARGV[2], ARGV[5])
if ARGV[6] == '' then
  redis.call('ZREM', KEYS[3], ARGV[3])
else
  redis.call('ZADD', KEYS[3], ARGV[6], ARGV[3])
end
if ARGV[7] ~= '' then
  redis.call('ZADD', KEYS[4], ARGV[7], ARGV[3])
end
return 1
