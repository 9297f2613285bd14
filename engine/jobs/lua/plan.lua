-- What the planner reads and writes, and what is read of its plan. Loaded after queue.lua and
-- presence.lua. A plan needs no more than a good view of the queue: it is read in several calls,
-- each short, so that no worker waits for it.

-- Everybody alive: whoever announces itself, has a job, or asked for one lately.
local function live_names(p, running)
  local seen, names = {}, {}
  local function add(name)
    if name and not seen[name] then
      seen[name] = true
      names[#names + 1] = name
    end
  end
  for _, key in ipairs({KEY.WORKERS, KEY.IDLE}) do
    for _, name in ipairs(call('ZRANGEBYSCORE', p .. key, now(), '+inf')) do
      add(name)
    end
  end
  for _, id in ipairs(running) do
    add(call('HGET', p .. KEY.JOB .. id, 'worker'))
  end
  return names
end

-- Each live worker that has asked for work: its name, device and switch seconds by need; and how
-- many there are of which it is not known yet what they can do.
local function live_hands(p, running)
  local hands, strangers = {}, 0
  for _, name in ipairs(live_names(p, running)) do
    local said = call('HMGET', p .. KEY.CLAIM .. name, 'device', 'switch')
    if said[2] then
      hands[#hands + 1] = {name, said[1], said[2]}
    else
      strangers = strangers + 1
    end
  end
  return hands, strangers
end

-- For each kind of worker, as its needs in order, what has been served.
local function accounts_of(p, hands)
  local accounts, needs_seen = {}, {}
  for _, hand in ipairs(hands) do
    local needs = {}
    for need in pairs(cjson.decode(hand[3])) do
      needs[#needs + 1] = need
      needs_seen[need] = true
    end
    table.sort(needs)
    local key = p .. KEY.SERVED .. pool_of(needs)
    accounts[key] = accounts[key] or {needs, call('HGETALL', key)}
  end
  local list, all_needs = {}, {}
  for _, account in pairs(accounts) do
    list[#list + 1] = account
  end
  for need in pairs(needs_seen) do
    all_needs[#all_needs + 1] = need
  end
  return list, all_needs
end

-- The first of several sorted sets, so many in all, each its part.
local function firsts_of(keys, most)
  local filled, seen, ids = {}, {}, {}
  for _, key in ipairs(keys) do
    if call('EXISTS', key) == 1 then
      filled[#filled + 1] = key
    end
  end
  local part = math.ceil(most / math.max(#filled, 1))
  for _, key in ipairs(filled) do
    for _, id in ipairs(call('ZRANGE', key, 0, part - 1)) do
      if not seen[id] then
        seen[id] = true
        ids[#ids + 1] = id
      end
    end
  end
  return ids
end

local function add_keys(keys, prefix, needs)
  for _, need in ipairs(needs) do
    keys[#keys + 1] = prefix .. need
  end
end

-- Who works, what was served, and which jobs there are, as ids: running, ready and parked.
register('plan_overview', {'no-writes'}, function(p, args)
  local most_ready, most_parked = unpack(args)
  local running = call('ZRANGE', p .. KEY.LEASES, 0, -1)
  local hands, strangers = live_hands(p, running)
  local accounts, needs = accounts_of(p, hands)
  local ready, parked, holders, lanes = {}, {}, {}, {}
  local virtual = call('HGETALL', p .. KEY.VIRTUAL)
  for i = 1, #virtual, 2 do
    local lane = virtual[i]
    lanes[#lanes + 1] = {lane, virtual[i + 1]}
    add_keys(ready, p .. KEY.READY .. lane .. '|', needs)
  end
  add_keys(parked, p .. KEY.PARKED, needs)
  for i, need in ipairs(needs) do
    holders[i] = {need, call('ZRANGEBYSCORE', p .. KEY.HOLDERS .. need, now(), '+inf')}
  end
  return {
    now(), tonumber(call('GET', p .. KEY.LAST_NUMBER)) or 0,
    strangers, hands, accounts, lanes, holders, running,
    firsts_of(ready, most_ready), firsts_of(parked, most_parked),
  }
end)

local ROW = {
  'state', 'number', 'lane', 'person', 'place', 'weight', 'variants', 'caps', 'size',
  'created', 'entered', 'start', 'score', 'variant', 'why', 'worker', 'claimed_at', 'attempt',
}

-- Records of jobs, in order, each with where its person's next tag would start.
register('plan_rows', {'no-writes'}, function(p, ids)
  local rows = {}
  for i, id in ipairs(ids) do
    local row = call('HMGET', p .. KEY.JOB .. id, unpack(ROW))
    row[#ROW + 1] = row[3] and call('ZSCORE', p .. KEY.TAGS .. row[3], row[4])
    rows[i] = row
  end
  return rows
end)

-- Working times by what they depend on, those measured last first.
register('plan_paces', {'no-writes'}, function(p, args)
  local paces = {}
  for i, name in ipairs(call('ZREVRANGE', p .. KEY.PACES, 0, args[1] - 1)) do
    paces[i] = {name, call('LRANGE', p .. KEY.PACE .. name, 0, -1)}
  end
  return paces
end)

-- A stretch of the queue, oldest first, to look for those who wait in vain.
register('plan_stretch', {'no-writes'}, function(p, args)
  return call('ZRANGE', p .. KEY.QUEUED, args[1], args[2])
end)

-- One planner leads. Whoever has lost the lead writes nothing any more.

local function leads(p, planner)
  return call('GET', p .. KEY.PLANNER) == planner
end

register('plan_lead', {'allow-oom'}, function(p, args)
  local planner, ttl_ms = unpack(args)
  if not leads(p, planner) and call('EXISTS', p .. KEY.PLANNER) == 1 then
    return false
  end
  call('SET', p .. KEY.PLANNER, planner, 'PX', ttl_ms)
  return true
end)

register('plan_resign', {'allow-oom'}, function(p, args)
  if leads(p, args[1]) then
    call('DEL', p .. KEY.PLANNER)
  end
end)

-- How many fields are set at once; more arguments would not fit on the stack.
local FIELDS_AT_ONCE = 1000

-- Put a plan, as fields and values, in place of the last one.
register('plan_write', {'allow-oom'}, function(p, args)
  local key = p .. KEY.PLAN
  if not leads(p, args[1]) then
    return false
  end
  call('DEL', key)
  for i = 3, #args, 2 * FIELDS_AT_ONCE do
    call('HSET', key, unpack(args, i, math.min(i + 2 * FIELDS_AT_ONCE, #args + 1) - 1))
  end
  call('PEXPIRE', key, args[2])
  return true
end)

local CALIBRATION_TTL_S = 30 * 24 * 3600

-- Remember ratios of real to planned waits, given as kind and ratio in turn.
register('plan_learn', {'allow-oom'}, function(p, args)
  local planner, kept = args[1], tonumber(args[2])
  if not leads(p, planner) then
    return false
  end
  for i = 3, #args, 2 do
    local key = p .. KEY.CALIBRATION .. args[i]
    call('LPUSH', key, args[i + 1])
    call('LTRIM', key, 0, kept - 1)
    call('EXPIRE', key, CALIBRATION_TTL_S)
  end
  return true
end)

-- Where jobs stand: the time, what holds for the whole plan, and for each job its state, its part
-- of the plan, its variants, its number and how many queued jobs came before it.
register('standings', {'no-writes'}, function(p, ids)
  local found = {}
  for i, id in ipairs(ids) do
    local row = call('HMGET', p .. KEY.JOB .. id, 'state', 'variants', 'number')
    local rank = call('ZRANK', p .. KEY.QUEUED, id)
    found[i] = row[1] and {row[1], call('HGET', p .. KEY.PLAN, id), row[2], row[3], rank}
  end
  return {now(), call('HGET', p .. KEY.PLAN, '*'), found}
end)
