-- The queue's state changes. Each function is one atomic step, and harmless when it runs twice: the
-- client sends a call again when its reply was lost.
--
-- KEYS[1] is the pool's prefix, and the names after it are in keys.py. library.py puts VERSION and
-- KEY in front of this file when it loads it. Times are the server's, in milliseconds.

local function call(...)
  return redis.call(...)
end

local function now()
  local time = call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- Functions are denied while the server is out of memory unless they allow it. Only taking new
-- work is denied: everything else must go on, because it is what frees memory.
local function register(name, flags, callback)
  redis.register_function{
    function_name = 'zoetrope_' .. VERSION .. '_' .. name,
    flags = flags,
    callback = function(keys, args) return callback(keys[1], args) end,
  }
end

-- A job's record.

local FIELDS = {
  'state', 'person', 'bot', 'order', 'variants', 'variant', 'attempt', 'token', 'cancelling',
  'claimed_at',
}

local function read(p, id)
  local values = call('HMGET', p .. KEY.JOB .. id, unpack(FIELDS))
  if not values[1] then
    return nil
  end
  local job = {id = id}
  for i, field in ipairs(FIELDS) do
    job[field] = values[i] or nil
  end
  job.variants = job.variants and cjson.decode(job.variants)
  return job
end

local function write(p, job, ...)
  call('HSET', p .. KEY.JOB .. job.id, ...)
end

local function holds(job, token)
  return job ~= nil and job.state == 'running' and job.token == token
end

-- What workers can see.

local MOST_RINGS = 64

local function ring(p, need)
  if call('LLEN', p .. KEY.BELL .. need) < MOST_RINGS then
    call('LPUSH', p .. KEY.BELL .. need, 1)
  end
end

local function offer_to_workers(p, job)
  call('ZADD', p .. KEY.WAITING, job.order, job.id)
  for _, variant in ipairs(job.variants) do
    call('ZADD', p .. KEY.WAITING_FOR .. variant.needs, job.order, job.id)
    ring(p, variant.needs)
  end
end

local function take_from_workers(p, job)
  call('ZREM', p .. KEY.WAITING, job.id)
  for _, variant in ipairs(job.variants) do
    call('ZREM', p .. KEY.WAITING_FOR .. variant.needs, job.id)
  end
end

-- The job a worker that serves these needs should do next: the oldest.
local function choose(p, needs)
  local chosen, lowest
  for _, need in ipairs(needs) do
    local head = call('ZRANGE', p .. KEY.WAITING_FOR .. need, 0, 0, 'WITHSCORES')
    local order = tonumber(head[2])
    if order and (not lowest or order < lowest) then
      chosen, lowest = head[1], order
    end
  end
  return chosen
end

-- The index, from 0, of the first variant that one of these needs serves.
local function served_variant(job, needs)
  local served = {}
  for _, need in ipairs(needs) do
    served[need] = true
  end
  for i, variant in ipairs(job.variants) do
    if served[variant.needs] then
      return i - 1
    end
  end
end

-- Changes of state.

local function queue_again(p, job)
  write(p, job, 'state', 'queued')
  offer_to_workers(p, job)
end

-- The state and the outbox entry change together, so every job has exactly one of each.
local function conclude(p, job, state, outcome)
  write(p, job, 'state', state)
  if call('HINCRBY', p .. KEY.UNFINISHED, job.person, -1) <= 0 then
    call('HDEL', p .. KEY.UNFINISHED, job.person)
  end
  call('XADD', p .. KEY.OUTBOX .. job.bot, '*', 'job', job.id, 'outcome', outcome)
end

local function conclude_cancelled(p, job)
  conclude(p, job, 'cancelled', cjson.encode({kind = 'cancelled'}))
end

local function conclude_failed(p, job, why)
  conclude(p, job, 'failed', cjson.encode({kind = 'failed', error = why}))
end

local function end_lease(p, job)
  call('ZREM', p .. KEY.LEASES, job.id)
  call('HDEL', p .. KEY.JOB .. job.id, 'progress')
end

local function lose_worker(p, job, max_attempts, why)
  end_lease(p, job)
  if job.cancelling then
    conclude_cancelled(p, job)
  elseif tonumber(job.attempt) >= max_attempts then
    conclude_failed(p, job, why)
  else
    queue_again(p, job)
  end
end

-- How long clips really take, as a ratio to what was predicted.
local PACES_KEPT = 32
local PACE_TTL_S = 7 * 24 * 3600

local function note_pace(p, job)
  local variant = job.variants[job.variant + 1]
  if variant.cost_s <= 0 then
    return
  end
  local key = p .. KEY.PACE .. variant.needs
  call('LPUSH', key, (now() - job.claimed_at) / 1000 / variant.cost_s)
  call('LTRIM', key, 0, PACES_KEPT - 1)
  call('EXPIRE', key, PACE_TTL_S)
end

-- Functions for those who ask.

register('enqueue', {}, function(p, args)
  local id, person, bot, variants, payload, max_waiting = unpack(args)
  local known = read(p, id)
  if known then
    return {known.state, 0}
  end
  if tonumber(call('HGET', p .. KEY.UNFINISHED, person) or 0) >= tonumber(max_waiting) then
    return {'too_many', 0}
  end
  call('HINCRBY', p .. KEY.UNFINISHED, person, 1)
  local job = {id = id, order = call('INCR', p .. KEY.LAST_ORDER), variants = cjson.decode(variants)}
  write(p, job, 'state', 'queued', 'person', person, 'bot', bot, 'order', job.order,
    'variants', variants, 'payload', payload, 'attempt', 0)
  offer_to_workers(p, job)
  return {'queued', 1}
end)

register('cancel', {'allow-oom'}, function(p, args)
  local job = read(p, args[1])
  if not job then
    return false
  end
  if job.state == 'queued' then
    take_from_workers(p, job)
    conclude_cancelled(p, job)
    return 'cancelled'
  end
  if job.state == 'running' then
    write(p, job, 'cancelling', 1)
  end
  return job.state
end)

-- The state and token stay a while, so that a late repetition of any call finds the job ended.
register('forget', {'allow-oom'}, function(p, args)
  local id, keep_ms = unpack(args)
  local job = read(p, id)
  if job and job.state ~= 'queued' and job.state ~= 'running' then
    call('HDEL', p .. KEY.JOB .. id, 'payload', 'variants', 'person', 'bot')
    call('PEXPIRE', p .. KEY.JOB .. id, keep_ms, 'NX')
  end
end)

-- Functions for workers.

local CLAIM_TTL_S = 3600

local function repeated_claim(p, worker, nonce)
  local last = call('HMGET', p .. KEY.CLAIM .. worker, 'nonce', 'job', 'token')
  if last[1] ~= nonce then
    return nil
  end
  local job = read(p, last[2])
  return holds(job, last[3]) and job or nil
end

local function claimed(p, job)
  return call('HMGET', p .. KEY.JOB .. job.id, 'token', 'attempt', 'variant', 'payload')
end

register('claim', {'allow-oom'}, function(p, args)
  local worker, nonce, lease_ms = unpack(args)
  local needs = cjson.decode(args[4])
  local again = repeated_claim(p, worker, nonce)
  if again then
    return claimed(p, again)
  end
  local id = choose(p, needs)
  if not id then
    for _, need in ipairs(needs) do
      call('DEL', p .. KEY.BELL .. need)
    end
    return false
  end
  local job = read(p, id)
  local token = call('INCR', p .. KEY.LAST_TOKEN)
  take_from_workers(p, job)
  call('ZADD', p .. KEY.LEASES, now() + lease_ms, id)
  call('HINCRBY', p .. KEY.JOB .. id, 'attempt', 1)
  write(p, job, 'state', 'running', 'token', token, 'claimed_at', now(),
    'variant', served_variant(job, needs))
  call('HSET', p .. KEY.CLAIM .. worker, 'nonce', nonce, 'job', id, 'token', token)
  call('EXPIRE', p .. KEY.CLAIM .. worker, CLAIM_TTL_S)
  return claimed(p, job)
end)

register('beat', {'allow-oom'}, function(p, args)
  local id, token, lease_ms, progress = unpack(args)
  local job = read(p, id)
  if not holds(job, token) then
    return 'lost'
  end
  call('ZADD', p .. KEY.LEASES, now() + lease_ms, id)
  if progress ~= '' then
    write(p, job, 'progress', progress)
    call('PUBLISH', p .. KEY.PROGRESS, progress)
  end
  return job.cancelling and 'cancel' or 'held'
end)

register('finish', {'allow-oom'}, function(p, args)
  local id, token, state, outcome = unpack(args)
  local job = read(p, id)
  if not holds(job, token) then
    return job and job.state ~= 'queued' and job.token == token
  end
  end_lease(p, job)
  if state == 'succeeded' then
    note_pace(p, job)
  end
  conclude(p, job, state, outcome)
  return true
end)

register('retry', {'allow-oom'}, function(p, args)
  local id, token, max_attempts, why = unpack(args)
  local job = read(p, id)
  if not holds(job, token) then
    return job and job.token == token
  end
  lose_worker(p, job, tonumber(max_attempts), why)
  return true
end)

register('hand_back', {'allow-oom'}, function(p, args)
  local id, token = unpack(args)
  local job = read(p, id)
  if not holds(job, token) then
    return job and job.token == token
  end
  call('HINCRBY', p .. KEY.JOB .. id, 'attempt', -1)
  lose_worker(p, job, math.huge, '')
  return true
end)

register('reap', {'allow-oom'}, function(p, args)
  local limit, max_attempts = tonumber(args[1]), tonumber(args[2])
  local expired = call('ZRANGEBYSCORE', p .. KEY.LEASES, '-inf', now(), 'LIMIT', 0, limit)
  for _, id in ipairs(expired) do
    local job = read(p, id)
    if job then
      local why = 'its worker stopped answering, in attempt ' .. job.attempt
      lose_worker(p, job, max_attempts, why)
    else
      call('ZREM', p .. KEY.LEASES, id)
    end
  end
  return #expired
end)
