"""The steps of the response cache, as scripts that run in Redis: each is one indivisible step, by Redis' own clock.

`epochs` is a hash: in each slot the count of drops at the latest one that struck it, beside the count itself (`clock`),
the hash's own name (`incarnation`) and that of the server's run (`run`). When the hash is gone (evicted, flushed), or
comes from an earlier run of the server (whose last drops may be lost), all that was kept before is worth nothing.

An entry is a hash of a packed `head` and a `body`. Nothing here looks for keys, and nothing grows without end.
"""

from typing import Final

from services.infra.redis_calls.scripts import Script

BEGIN: Final = """
local epochs = KEYS[1]
local server = redis.call('INFO', 'server')
local at = string.find(server, 'run_id:', 1, true)
local run = string.sub(server, at + 7, at + 46)
local known = redis.call('HMGET', epochs, 'run', 'incarnation', 'clock')
local incarnation, clock = known[2], tonumber(known[3])
if known[1] ~= run or not incarnation or not clock then
  if known[1] then redis.call('UNLINK', epochs) end
  incarnation = nil
end

local function dropped_since(moment, slots)
  if moment == clock or #slots == 0 then return false end
  for _, epoch in ipairs(redis.call('HMGET', epochs, unpack(slots))) do
    if epoch and tonumber(epoch) > moment then return true end
  end
  return false
end

local function failed(reply)
  return type(reply) == 'table' and reply.err
end
"""
"""Under a Redis that is full, writes fail while reads and removals do not: `failed` tells."""

ENTRY: Final = """
local function valid(key)
  local packed = redis.pcall('HGET', key, 'head')
  if not incarnation or type(packed) ~= 'string' then return nil end
  local readable, head = pcall(cmsgpack.unpack, packed)
  if not readable or type(head) ~= 'table' or head.incarnation ~= incarnation then return nil end
  if dropped_since(head.clock, head.slots) then return nil end
  return head
end
"""

NOW: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
"""

TAKE: Final = """
local function take(token, leased)
  if not incarnation then
    if failed(redis.pcall('HSET', epochs, 'run', run, 'incarnation', token, 'clock', 0)) then
      redis.call('UNLINK', epochs)
      return {'lease', '', 0, now}
    end
    incarnation, clock = token, 0
  end
  local taken = redis.pcall('SET', KEYS[3], token, 'NX', 'PX', leased)
  if taken == false then
    local left = redis.call('PTTL', KEYS[3])
    return {'busy', math.max(left, 0), 0, 0}
  end
  return {'lease', incarnation, clock, now}
end
"""
"""Where the lock cannot be written, several may compute: a lease is what keeps old answers out, not the lock."""

LOOK: Final = Script(
    BEGIN
    + ENTRY
    + NOW
    + TAKE
    + """
local token, leased, held = ARGV[1], ARGV[2], ARGV[3]
local head = valid(KEYS[2])
local age = head and now - head.began
if head and (age < 0 or age >= head.fresh + math.max(head.refreshed, head.failing)) then head = nil end
local shown = {}
if head then
  local body = false
  if head.version ~= held then body = redis.call('HGET', KEYS[2], 'body') end
  shown = {head.version, age, head.fresh, head.cost, head.packing, body}
end
if head and age < head.fresh + head.refreshed then return {'entry', shown} end
local answer = take(token, leased)
answer[5] = shown
return answer
"""
)

LEASE: Final = Script(
    BEGIN
    + ENTRY
    + NOW
    + TAKE
    + """
local head = valid(KEYS[2])
if head and head.version ~= ARGV[3] then return {'busy', 0, 0, 0} end
return take(ARGV[1], ARGV[2])
"""
)

STORE: Final = Script(
    BEGIN
    + ENTRY
    + NOW
    + """
local token, began = ARGV[1], tonumber(ARGV[4])

local function stored()
  local slots = {}
  for slot in string.gmatch(ARGV[10], '%d+') do slots[#slots + 1] = slot end
  if incarnation ~= ARGV[2] or dropped_since(tonumber(ARGV[3]), slots) then return 'outdated' end
  local fresh, refreshed, failing = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
  local left = began + fresh + math.max(refreshed, failing) - now
  if ARGV[9] == '' or left <= 0 or now < began then return 'not kept' end
  local there = valid(KEYS[2])
  if there and there.began > began then return 'stored' end
  local head = cmsgpack.pack({
    version = token, incarnation = incarnation, clock = tonumber(ARGV[3]), began = began, fresh = fresh,
    refreshed = refreshed, failing = failing, cost = tonumber(ARGV[8]), packing = ARGV[9], slots = slots
  })
  if failed(redis.pcall('HSET', KEYS[2], 'head', head, 'body', ARGV[11])) then
    redis.call('UNLINK', KEYS[2])
    return 'not kept'
  end
  redis.call('PEXPIRE', KEYS[2], left)
  return 'stored'
end

local verdict = stored()
if redis.call('GET', KEYS[3]) == token then redis.call('DEL', KEYS[3]) end
return verdict
"""
)
"""The lease ends last: after a script's first write Redis lets it write on, however full it is."""

RELEASE: Final = Script("if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end")

DROP: Final = Script(
    BEGIN
    + """
if not incarnation then return end
local struck = {'clock', clock + 1}
for _, slot in ipairs(ARGV) do
  struck[#struck + 1] = slot
  struck[#struck + 1] = clock + 1
end
if failed(redis.pcall('HSET', epochs, unpack(struck))) then redis.call('UNLINK', epochs) end
"""
)
"""Where the moment cannot be written, everything is dropped."""

CLEAR: Final = Script("redis.call('UNLINK', KEYS[1])")
