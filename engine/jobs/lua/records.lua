-- What every other Lua file here stands on: time, counts, and a job's record. library.py puts
-- VERSION and KEY in front of it, and the other files after it, and loads them as one library.
--
-- Each function registered is one atomic step, and harmless when it runs twice: the client sends a
-- call again when its reply was lost. KEYS[1] is the pool's prefix; the names after it are in
-- keys.py. Times are the server's, in milliseconds.

local function call(...)
  return redis.call(...)
end

-- The time stands still within one call of a function, so it is asked for once.
local clock

local function now()
  if not clock then
    local time = call('TIME')
    clock = time[1] * 1000 + math.floor(time[2] / 1000)
  end
  return clock
end

-- Numbers go through strings; this way none loses a bit.
local function exact(number)
  return string.format('%.17g', number)
end

-- Functions are denied while the server is out of memory unless they allow it. Only taking new
-- work is denied: everything else must go on, because it is what frees memory.
local function register(name, flags, callback)
  redis.register_function{
    function_name = 'zoetrope_' .. VERSION .. '_' .. name,
    flags = flags,
    callback = function(keys, args)
      clock = nil
      return callback(keys[1], args)
    end,
  }
end

local function count(p, what)
  call('HINCRBY', p .. KEY.COUNTS, what, 1)
end

local FIELDS = {
  'state', 'person', 'place', 'bot', 'lane', 'weight', 'variants', 'caps', 'batch', 'size',
  'number', 'created', 'lead', 'entered', 'start', 'score',
  'attempt', 'token', 'cancelling', 'worker', 'device', 'claimed_at', 'variant', 'pool', 'charge',
  'why',
}

-- A job as its record says, or nil; in the order of FIELDS. Each of `variants` is {need, predicted
-- seconds, frames}. It is made in one piece, as a table that grows field by field costs more.
local function read(p, id)
  local said = call('HMGET', p .. KEY.JOB .. id, unpack(FIELDS))
  if not said[1] then
    return nil
  end
  return {
    id = id, state = said[1], person = said[2], place = said[3], bot = said[4], lane = said[5],
    weight = tonumber(said[6]), variants = said[7] and cjson.decode(said[7]), caps = said[8],
    batch = said[9], size = said[10], number = tonumber(said[11]), created = tonumber(said[12]),
    lead = tonumber(said[13]), entered = tonumber(said[14]), start = tonumber(said[15]),
    score = tonumber(said[16]), attempt = tonumber(said[17]), token = said[18] or nil,
    cancelling = said[19] or nil, worker = said[20] or nil, device = said[21] or nil,
    claimed_at = tonumber(said[22]), variant = tonumber(said[23]), pool = said[24] or nil,
    charge = tonumber(said[25]), why = said[26] or nil,
  }
end

-- Texts that come again and again are decoded once.
local MOST_KNOWN = 256

local function remembering(decode)
  local known, count = {}, 0
  return function(text)
    if not known[text] then
      if count == MOST_KNOWN then
        known, count = {}, 0
      end
      known[text], count = decode(text), count + 1
    end
    return known[text]
  end
end

local caps_from = remembering(function(text)
  return cjson.decode(text)
end)

-- The most that a job's person and place may have waiting and running.
local function caps_of(job)
  return caps_from(job.caps)
end

local function write(p, job, ...)
  call('HSET', p .. KEY.JOB .. job.id, ...)
end

local function holds(job, token)
  return job ~= nil and job.state == 'running' and job.token == token
end

local function has_ended(job)
  return job.state ~= 'queued' and job.state ~= 'running'
end

-- Who is held to a cap.
local function owners(job)
  return 'person|' .. job.person, 'place|' .. job.place
end

local function add_to(p, key, field, amount)
  if call('HINCRBY', p .. key, field, amount) <= 0 then
    call('HDEL', p .. key, field)
  end
end
