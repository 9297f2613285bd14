-- What is done with jobs. Loaded after choice.lua.

-- Changes of state.

-- What a job counts as: its lane, and the need of the variant it was lent as, or would be first.
local function what(job)
  return job.lane .. '|' .. job.variants[(job.variant or 0) + 1][1]
end

-- The state and the outbox entry change together, so every job has exactly one of each.
local function conclude(p, job, state, outcome)
  local person, place = owners(job)
  write(p, job, 'state', state)
  add_to(p, KEY.UNFINISHED, person, -1)
  add_to(p, KEY.UNFINISHED, place, -1)
  call('XADD', p .. KEY.OUTBOX .. job.bot, '*', 'job', job.id, 'outcome', outcome)
  count(p, 'finished|' .. what(job) .. '|' .. state)
end

local function conclude_cancelled(p, job)
  conclude(p, job, 'cancelled', cjson.encode({kind = 'cancelled'}))
end

local function conclude_failed(p, job, why)
  conclude(p, job, 'failed', cjson.encode({kind = 'failed', error = why}))
  count(p, 'dead')
end

local function end_lease(p, job)
  call('ZREM', p .. KEY.LEASES, job.id)
  call('HDEL', p .. KEY.JOB .. job.id, 'progress', 'moved_at')
end

local function lose_worker(p, job, max_attempts, why)
  end_lease(p, job)
  uncharge(p, job)
  if job.cancelling then
    move_tag(p, job, -job.variants[1][2])
    conclude_cancelled(p, job)
    leave_slot(p, job)
  elseif job.attempt >= max_attempts then
    move_tag(p, job, -job.variants[1][2])
    conclude_failed(p, job, why)
    leave_slot(p, job)
  else
    write(p, job, 'state', 'queued')
    rejoin_queue(p, job)
  end
end

-- How long clips really take, by everything that it depends on; tidied once in a while.
local PACES_KEPT = 64
local PACE_TTL_S = 30 * 24 * 3600

local function note_pace(p, job, seconds)
  local variant = job.variants[job.variant + 1]
  local name = table.concat({variant[1], job.device, job.size, variant[3]}, '|')
  local key = p .. KEY.PACE .. name
  local length = call('LPUSH', key, seconds)
  if length == 1 or length > 2 * PACES_KEPT then
    call('LTRIM', key, 0, PACES_KEPT - 1)
    call('EXPIRE', key, PACE_TTL_S)
    call('ZADD', p .. KEY.PACES, now(), name)
  end
end

-- Functions for those who ask.

local function wake_planner(p)
  if call('LPUSH', p .. KEY.PLAN_BELL, 1) > 1 then
    call('LTRIM', p .. KEY.PLAN_BELL, 0, 0)
  end
end

-- Count one more for its person and its place, unless that is over a cap.
local function over_cap(p, job)
  local person, place = owners(job)
  local caps = caps_of(job)
  if call('HINCRBY', p .. KEY.UNFINISHED, person, 1) > caps.person_waiting then
    add_to(p, KEY.UNFINISHED, person, -1)
    return 'too_many'
  elseif call('HINCRBY', p .. KEY.UNFINISHED, place, 1) > caps.place_waiting then
    add_to(p, KEY.UNFINISHED, person, -1)
    add_to(p, KEY.UNFINISHED, place, -1)
    return 'place_full'
  end
end

-- What a client says of a new job, in the order of wire.py.
local function new_job(said)
  local variants, weight = cjson.decode(said[11]), tonumber(said[6])
  return {
    id = said[1], person = said[2], place = said[3], bot = said[4], lane = said[5],
    weight = weight, lead = tonumber(said[7]) * variants[1][2] / weight, size = said[8],
    batch = said[9], caps = said[10], variants = variants, variants_json = said[11],
    payload = said[12], created = now(), number = 0, start = 0, score = 0, entered = 0,
  }
end

register('enqueue', {}, function(p, args)
  local job = new_job(args)
  local state = call('HGET', p .. KEY.JOB .. job.id, 'state')
  if state then
    count(p, 'enqueued|' .. what(job) .. '|dup')
    return {state, 0}
  end
  local refused = over_cap(p, job)
  if refused then
    count(p, 'enqueued|' .. what(job) .. '|' .. refused)
    return {refused, 0}
  end
  job.number = call('INCR', p .. KEY.LAST_NUMBER)
  local begins_now = join_queue(p, job, 'state', 'queued', 'person', job.person,
    'place', job.place, 'bot', job.bot, 'lane', job.lane, 'weight', exact(job.weight),
    'variants', job.variants_json, 'caps', job.caps, 'batch', job.batch, 'size', job.size,
    'number', job.number, 'created', job.created, 'lead', exact(job.lead), 'attempt', 0,
    'payload', job.payload)
  if not begins_now then
    wake_planner(p)
  end
  count(p, 'enqueued|' .. what(job) .. '|ok')
  return {'queued', 1}
end)

register('cancel', {'allow-oom'}, function(p, args)
  local job = read(p, args[1])
  if not job then
    return false
  end
  if job.state == 'queued' then
    leave_queue(p, job)
    conclude_cancelled(p, job)
    return 'cancelled'
  end
  if job.state == 'running' then
    write(p, job, 'cancelling', 1)
  end
  return job.state
end)

-- End a queued job that nobody can do.
register('refuse', {'allow-oom'}, function(p, args)
  local id, outcome = unpack(args)
  local job = read(p, id)
  if job and job.state == 'queued' then
    leave_queue(p, job)
    conclude(p, job, 'refused', outcome)
    return true
  end
  return job ~= nil and job.state == 'refused'
end)

-- The state and token stay a while, so that a late repetition of any call finds the job ended.
register('forget', {'allow-oom'}, function(p, args)
  local id, keep_ms = unpack(args)
  local key = p .. KEY.JOB .. id
  local job = read(p, id)
  if job and has_ended(job) then
    local lasting = call('HMGET', key, 'state', 'token')
    call('DEL', key)
    call('HSET', key, 'state', lasting[1], 'token', lasting[2] or '')
    call('PEXPIRE', key, keep_ms)
  end
end)
