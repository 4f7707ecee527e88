-- A note is written down, unless there is a newer one by now.
--
-- KEYS[1]  people of the org: hash, user -> record
-- KEYS[2]  unlogged: sorted set, member -> since when the person's note is to be written down
-- ARGV[1]  user
-- ARGV[2]  member: org and user
-- ARGV[3]  the note's version
local record = redis.call('HGET', KEYS[1], ARGV[1])
if record and cjson.decode(record).version == tonumber(ARGV[3]) then
  redis.call('ZREM', KEYS[2], ARGV[2])
end
return 1
