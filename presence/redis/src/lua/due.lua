-- Whose next lease has ended, the first to end first.
--
-- KEYS[1]  state
-- KEYS[2]  deadlines: sorted set, member -> when the person's next lease ends (microseconds)
-- ARGV[1]  unseen, see in_use.lua
-- ARGV[2]  now (microseconds)
-- ARGV[3]  at most so many
--
-- Answers nil when not in use, else members.
if not in_use(KEYS[1], ARGV[1]) then
  return false
end
return redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[2], 'LIMIT', 0, ARGV[3])
