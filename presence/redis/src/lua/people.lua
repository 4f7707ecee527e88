-- Every record of an org.
--
-- KEYS[1]  state
-- KEYS[2]  people of the org: hash, user -> record
-- ARGV[1]  unseen, see in_use.lua
--
-- Answers nil when not in use, else users and records in turn.
if not in_use(KEYS[1], ARGV[1]) then
  return false
end
return redis.call('HGETALL', KEYS[2])
