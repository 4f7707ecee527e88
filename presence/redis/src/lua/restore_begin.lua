-- Begins to restore the store, unless it is in use or another node restores it.
--
-- KEYS[1]  state
-- KEYS[2]  restoring: the token of the node that restores, for as long as it is heard of
-- ARGV[1]  unseen, see in_use.lua
-- ARGV[2]  token
-- ARGV[3]  how long the token holds (milliseconds)
--
-- Answers "in use", "busy" or "begun".
if in_use(KEYS[1], ARGV[1]) then
  return 'in use'
end
if redis.call('SET', KEYS[2], ARGV[2], 'NX', 'PX', ARGV[3]) then
  return 'begun'
end
return 'busy'
