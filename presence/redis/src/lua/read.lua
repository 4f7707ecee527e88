-- One person's record.
--
-- KEYS[1]  state
-- KEYS[2]  people of the org: hash, user -> record
-- ARGV[1]  unseen, see in_use.lua
-- ARGV[2]  user
--
-- Answers nil when not in use, else an array of the record, which may be nil.
if not in_use(KEYS[1], ARGV[1]) then
  return false
end
return { redis.call('HGET', KEYS[2], ARGV[2]) }
