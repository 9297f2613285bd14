-- What workers do with jobs: claim, beat, finish, give back. Loaded after queue.lua.

local IDLE_MS = 5000
local LEASES_HELD = 2

local function repeated_claim(p, worker)
  local last = call('HMGET', p .. KEY.CLAIM .. worker.name, 'nonce', 'jobs', 'need')
  worker.last_need = last[3]
  if last[1] ~= worker.nonce then
    return nil
  end
  local again = {}
  for _, held in ipairs(cjson.decode(last[2])) do
    local job = read(p, held[1])
    if holds(job, held[2]) then
      again[#again + 1] = job
    end
  end
  return #again > 0 and again or nil
end

local function keep_holding(p, worker, lease_ms)
  local need = call('HGET', p .. KEY.CLAIM .. worker, 'need')
  if need then
    call('ZADD', p .. KEY.HOLDERS .. need, 'XX', now() + LEASES_HELD * lease_ms, worker)
  end
end

local function note_worker(p, worker, ...)
  call('HSET', p .. KEY.CLAIM .. worker.name, 'switch', worker.switch_json,
    'device', worker.device, ...)
end

local function rest(p, worker)
  note_worker(p, worker)
  call('DEL', p .. KEY.BELL .. worker.name)
  call('ZADD', p .. KEY.IDLE, now() + IDLE_MS, worker.name)
  for _, need in ipairs(worker.needs) do
    call('ZADD', p .. KEY.IDLE_FOR .. need, worker.switch[need], worker.name)
    call('ZREMRANGEBYSCORE', p .. KEY.HOLDERS .. need, '-inf', now())
  end
  keep_holding(p, worker.name, worker.lease_ms)
end

-- The first job of a lane that the worker sees decides where the lane's time is.
local function advance_with(p, lane, worker, head)
  if not head then
    local _, first = firsts(p, KEY.READY .. lane .. '|', worker)
    head = first
  end
  local start = head.job and head.job.start or call('HGET', p .. KEY.JOB .. head.id, 'start')
  advance(p, worker.times, lane, tonumber(start))
end

-- Lend a job to a worker, and charge for it. A parked one is let into the race first, over the cap.
local function lend(p, job, worker, served, why, head)
  if is_parked(job) then
    unpark(p, job)
    enter_race(p, job)
  end
  advance_with(p, job.lane, worker, head)
  remove_from_race(p, job)
  call('ZREM', p .. KEY.QUEUED, job.id)
  local i = served_variant(job.variants, worker)
  job.state, job.why, job.worker, job.device = 'running', why, worker.name, worker.device
  job.variant, job.claimed_at = i - 1, now()
  job.token = tostring(call('INCR', p .. KEY.LAST_TOKEN))
  job.attempt = job.attempt + 1
  charge(p, job, worker, served, job.variants[i][2])
  write(p, job, 'state', 'running', 'why', why, 'worker', worker.name, 'device', worker.device,
    'variant', job.variant, 'claimed_at', job.claimed_at, 'moved_at', job.claimed_at,
    'token', job.token, 'attempt', job.attempt, 'pool', job.pool, 'charge', exact(job.charge))
  call('ZADD', p .. KEY.LEASES, now() + worker.lease_ms, job.id)
  count(p, 'claims|' .. why)
end

-- How far, in seconds of tag, jobs may overtake to be made together with another: as far as one
-- that spares a switch, or so far that the same person's next job of the kind is in reach.
local function batch_window(worker, cost)
  local longest = 0
  for _, seconds in pairs(worker.switch) do
    longest = math.max(longest, seconds)
  end
  return math.max(worker.order.affinity * longest, 2 * cost)
end

local function companions(p, lead, worker)
  if lead.batch == '' or worker.at_most == 1 then
    return {}
  end
  local variant = lead.variants[lead.variant + 1]
  local last = lead.score + batch_window(worker, variant[2])
  local key = p .. KEY.BATCH .. lead.lane .. '|' .. lead.batch
  local found = {}
  for _, id in ipairs(call('ZRANGE', key, '-inf', exact(last), 'BYSCORE', 'LIMIT', 0,
      worker.at_most - 1)) do
    local job = read(p, id)
    local i = served_variant(job.variants, worker)
    if i and job.variants[i][1] == variant[1] then
      found[#found + 1] = job
    end
  end
  return found
end

local function note_claim(p, worker, jobs)
  local held = {}
  for i, job in ipairs(jobs) do
    held[i] = {job.id, job.token}
  end
  local need = jobs[1].variants[jobs[1].variant + 1][1]
  note_worker(p, worker, 'nonce', worker.nonce, 'jobs', cjson.encode(held), 'need', need)
  if worker.last_need and worker.last_need ~= need then
    call('ZREM', p .. KEY.HOLDERS .. worker.last_need, worker.name)
  end
  call('ZADD', p .. KEY.HOLDERS .. need, now() + LEASES_HELD * worker.lease_ms, worker.name)
  call('ZREM', p .. KEY.IDLE, worker.name)
end

local function answer(p, jobs)
  local told = {}
  for i, job in ipairs(jobs) do
    told[i] = {job.id, job.token, job.attempt, job.variant, job.why, job.claimed_at - job.created,
      call('HGET', p .. KEY.JOB .. job.id, 'payload')}
  end
  return told
end

-- Workers say the same of themselves again and again, and most say what others say.
local ability_of = remembering(function(text)
  local ability = cjson.decode(text)
  ability.switch_json = cjson.encode(ability.switch)
  ability.pool = pool_of(ability.needs)
  ability.keys = {}
  return ability
end)

register('claim', {'allow-oom'}, function(p, args)
  local ability = ability_of(args[1])
  local worker = setmetatable({name = args[2], nonce = args[3]}, {__index = ability})
  local again = repeated_claim(p, worker)
  if again then
    return answer(p, again)
  end
  local served = read_served(p, worker.pool)
  worker.times = lane_times(p)
  local lanes = visible(p, worker)
  local seen, why, head = choose(p, worker, lanes, served)
  if not seen then
    rest(p, worker)
    return {}
  end
  local lead = seen.job
  lend(p, lead, worker, served, why, head)
  local jobs = {lead}
  for _, job in ipairs(companions(p, lead, worker)) do
    lend(p, job, worker, served, 'affinity')
    jobs[#jobs + 1] = job
  end
  write_served(p, worker, served, lanes, lead.lane)
  note_claim(p, worker, jobs)
  return answer(p, jobs)
end)

register('beat', {'allow-oom'}, function(p, args)
  local id, token, lease_ms, progress = unpack(args)
  local job = read(p, id)
  if not holds(job, token) then
    count(p, 'fenced')
    return 'lost'
  end
  call('ZADD', p .. KEY.LEASES, now() + lease_ms, id)
  keep_holding(p, job.worker, lease_ms)
  if progress ~= '' and progress ~= call('HGET', p .. KEY.JOB .. id, 'progress') then
    write(p, job, 'progress', progress, 'moved_at', now())
    call('PUBLISH', p .. KEY.PROGRESS, progress)
  end
  return job.cancelling and 'cancel' or 'held'
end)

-- The worker may say how long it really worked; otherwise all of its time counts.
register('finish', {'allow-oom'}, function(p, args)
  local id, token, state, outcome, worked = unpack(args)
  local job = read(p, id)
  if not holds(job, token) then
    local repeated = job ~= nil and has_ended(job) and job.token == token
    if not repeated then
      count(p, 'fenced')
    end
    return repeated
  end
  local seconds = tonumber(worked) or (now() - job.claimed_at) / 1000
  end_lease(p, job)
  if state == 'succeeded' then
    note_pace(p, job, seconds)
  end
  move_tag(p, job, seconds - job.variants[1][2])
  conclude(p, job, state, outcome)
  leave_slot(p, job)
  return true
end)

register('retry', {'allow-oom'}, function(p, args)
  local id, token, max_attempts, why = unpack(args)
  local job = read(p, id)
  if not holds(job, token) then
    return job ~= nil and job.token == token
  end
  lose_worker(p, job, tonumber(max_attempts), why)
  return true
end)

register('hand_back', {'allow-oom'}, function(p, args)
  local id, token = unpack(args)
  local job = read(p, id)
  if not holds(job, token) then
    return job ~= nil and job.token == token
  end
  write(p, job, 'attempt', job.attempt - 1)
  lose_worker(p, job, math.huge, '')
  return true
end)

register('reap', {'allow-oom'}, function(p, args)
  local limit, max_attempts = tonumber(args[1]), tonumber(args[2])
  local expired = call('ZRANGEBYSCORE', p .. KEY.LEASES, '-inf', now(), 'LIMIT', 0, limit)
  for _, id in ipairs(expired) do
    local job = read(p, id)
    if job then
      count(p, 'expired')
      lose_worker(p, job, max_attempts, 'its worker stopped answering, in attempt ' .. job.attempt)
    else
      call('ZREM', p .. KEY.LEASES, id)
    end
  end
  return #expired
end)
