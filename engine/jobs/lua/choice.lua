-- Which job a worker does next; fair.py does the same in Python. Loaded after lanes.lua.
--
-- `worker` here is what a claim says of itself: `name`, `device`, `needs` in a fixed order, the
-- `pool` of those with the same needs, `switch` seconds by need, and `order`, the fields of
-- ClaimOrder.

-- What has been given to each lane by workers that can do the same: a lane can only be behind on
-- work that these workers could have done.

local SERVED_TTL_S = 7 * 24 * 3600

local function pool_of(needs)
  return redis.sha1hex(table.concat(needs, '\n'))
end

local function read_served(p, pool)
  local served, flat = {}, call('HGETALL', p .. KEY.SERVED .. pool)
  for i = 1, #flat, 2 do
    served[flat[i]] = tonumber(flat[i + 1]) or flat[i + 1]
  end
  return served
end

local function share_of(order, lane)
  if order.shares[lane] then
    return order.shares[lane]
  end
  local least = 1
  for _, share in pairs(order.shares) do
    least = math.min(least, share)
  end
  return least
end

-- What a worker sees.

-- The keys of an index, one for each need. They are remembered with the ability.
local function keys_of(p, index, worker)
  local prefix = p .. index
  local keys = worker.keys[prefix]
  if not keys then
    keys = {}
    for i, need in ipairs(worker.needs) do
      keys[i] = prefix .. need
    end
    worker.keys[prefix] = keys
  end
  return keys
end

local function is_visible(p, lane, worker)
  local keys = keys_of(p, KEY.READY .. lane .. '|', worker)
  return #keys > 0 and call('EXISTS', unpack(keys)) > 0
end

local function visible(p, worker)
  local lanes = {}
  for lane in pairs(worker.times) do
    if is_visible(p, lane, worker) then
      lanes[#lanes + 1] = lane
    end
  end
  table.sort(lanes)
  return lanes
end

local function before(a, b)
  return a.rank < b.rank or (a.rank == b.rank and a.id < b.id)
end

-- The first job in the index of each need of the worker, and which of these is the very first.
local function firsts(p, index, worker)
  local found, head = {}, nil
  for i, key in ipairs(keys_of(p, index, worker)) do
    local first = call('ZRANGE', key, 0, 0, 'WITHSCORES')
    if first[1] then
      local seen = {id = first[1], rank = tonumber(first[2]), index = worker.needs[i]}
      found[#found + 1] = seen
      head = (not head or before(seen, head)) and seen or head
    end
  end
  return found, head
end

-- The variant that the worker would run, as its place in the list: the first it serves.
local function served_variant(variants, worker)
  for i, variant in ipairs(variants) do
    if worker.switch[variant[1]] then
      return i
    end
  end
end

-- Read a job, and note what the worker would really run of it, wherever it was found.
local function look_closer(p, seen, worker)
  if not seen.job then
    seen.job = read(p, seen.id)
    local variant = seen.job.variants[served_variant(seen.job.variants, worker)]
    seen.need, seen.cost = variant[1], variant[2]
  end
  return seen
end

local function another_holds(p, worker, need)
  local key, moment = p .. KEY.HOLDERS .. need, now()
  local holders = call('ZCOUNT', key, moment, '+inf')
  if holders ~= 1 then
    return holders > 1
  end
  local own = tonumber(call('ZSCORE', key, worker.name)) or 0
  return own < moment
end

-- Seconds a worker takes to be ready for a need; twice where another worker is ready already.
local function switching(p, worker, need)
  worker.switching = worker.switching or {}
  if not worker.switching[need] then
    local seconds = worker.switch[need]
    local away = seconds > 0 and another_holds(p, worker, need)
    worker.switching[need] = away and 2 * seconds or seconds
  end
  return worker.switching[need]
end

-- The least of several by rank, of which `of_rank` counts, and `of_switching` times the seconds of
-- switching. What these are is asked for only where it matters, as most jobs are out of the
-- question at a glance. A job may turn up under a need that the worker would not run it for; what
-- it is really run for has a first at least as good, so it is passed over.
local function least_by(p, worker, several, of_rank, of_switching)
  local function value(seen, seconds)
    return of_rank * seen.rank + of_switching * seconds
  end
  for _, seen in ipairs(several) do
    seen.value = value(seen, worker.switch[seen.index])
  end
  while true do
    local least
    for _, seen in ipairs(several) do
      if not seen.passed and (not least or seen.value < least.value
        or (seen.value == least.value and before(seen, least))) then
        least = seen
      end
    end
    if not least then
      return nil
    elseif not least.weighed then
      least.weighed = true
      least.value = value(least, switching(p, worker, least.index))
    elseif look_closer(p, least, worker).need == least.index then
      return least
    else
      least.passed = true
    end
  end
end

-- Lanes that were not waiting at the last choice bring no credit along from before.
local function catch_up(lanes, served)
  local waiting = '|' .. (served.active or '') .. '|'
  for _, lane in ipairs(lanes) do
    local given = served[lane] or 0
    if not waiting:find('|' .. lane .. '|', 1, true) then
      given = math.max(given, served['*'] or 0)
    end
    served[lane] = given
  end
end

-- Choices: each gives the job seen, the reason why, and the head of its lane where it is known.

local function choose_overdue(p, worker, served)
  if (served.overdue or 0) > worker.order.overdue_share * (served.all or 0) then
    return nil
  end
  if (served.due or 0) > now() then
    return nil
  end
  local patience = worker.order.overdue_s * 1000
  local _, longest = firsts(p, KEY.ENTERED, worker)
  if longest and longest.rank + patience <= now() then
    return look_closer(p, longest, worker), 'overdue'
  end
  served.due = (longest and longest.rank or now()) + patience
end

local function least_served(lanes, served)
  local least
  for _, lane in ipairs(lanes) do
    if not least or served[lane] < served[least] then
      least = lane
    end
  end
  return least
end

-- A short job of another lane for what is loaded, when the head would have to switch.
local function choose_across(p, lanes, lane, head, worker, served)
  local window = worker.order.affinity * switching(p, worker, head.need)
  local most_ahead = served[lane] + worker.order.crossing * worker.switch[head.need]
  for _, other in ipairs(lanes) do
    if other ~= lane and served[other] <= most_ahead then
      local several, first = firsts(p, KEY.READY .. other .. '|', worker)
      for _, seen in ipairs(several) do
        if worker.switch[seen.index] == 0 and seen.rank <= first.rank + window
          and look_closer(p, seen, worker).need == seen.index and seen.cost <= window then
          return seen, 'crossing', first
        end
      end
    end
  end
end

-- A job for what is loaded may overtake the head by the time its switch would take, many times.
local function choose_in_turn(p, lanes, worker, served)
  local lane = least_served(lanes, served)
  served['*'] = served[lane]
  local several, head = firsts(p, KEY.READY .. lane .. '|', worker)
  local chosen = least_by(p, worker, several, 1, worker.order.affinity)
  if chosen.id ~= head.id then
    return chosen, 'affinity', head
  end
  if switching(p, worker, chosen.need) > 0 then
    local seen, why, other = choose_across(p, lanes, lane, chosen, worker, served)
    if seen then
      return seen, why, other
    end
  end
  return chosen, 'head', chosen
end

-- Nobody within their cap is waiting, so one over it costs nobody anything.
local function choose_parked(p, worker)
  local several = firsts(p, KEY.PARKED, worker)
  local chosen = least_by(p, worker, several, 0, 1)
  return chosen, 'borrow'
end

local function choose(p, worker, lanes, served)
  catch_up(lanes, served)
  local overdue, why = choose_overdue(p, worker, served)
  if overdue then
    return overdue, why
  end
  if #lanes > 0 then
    return choose_in_turn(p, lanes, worker, served)
  end
  return choose_parked(p, worker)
end

-- Accounting.

-- Charge a job's lane for what its worker is about to give it.
local function charge(p, job, worker, served, cost)
  job.pool = worker.pool
  job.charge = cost / share_of(worker.order, job.lane)
  catch_up({job.lane}, served)
  served[job.lane] = served[job.lane] + job.charge
  served.all = (served.all or 0) + cost
  if job.why == 'overdue' then
    served.overdue = (served.overdue or 0) + cost
  end
end

-- Write down what has been given. The lanes still waiting after the choice are the ones that keep
-- their credit until the next.
local function write_served(p, worker, served, lanes, taken_from)
  local waiting = {}
  for _, lane in ipairs(lanes) do
    if lane ~= taken_from or is_visible(p, lane, worker) then
      waiting[#waiting + 1] = lane
    end
  end
  served.active = table.concat(waiting, '|')
  local key, fields = p .. KEY.SERVED .. worker.pool, {}
  for field, value in pairs(served) do
    fields[#fields + 1] = field
    fields[#fields + 1] = type(value) == 'number' and exact(value) or value
  end
  if call('HSET', key, unpack(fields)) > 0 then
    call('EXPIRE', key, SERVED_TTL_S)
  end
end

-- Give back what was charged for work that came to nothing, unless it has been forgotten since. The
-- job is back with the age it had, so when the next is due has to be looked up anew.
local function uncharge(p, job)
  local key = p .. KEY.SERVED .. job.pool
  if call('EXISTS', key) == 0 then
    return
  end
  local cost = job.variants[job.variant + 1][2]
  call('HDEL', key, 'due')
  call('HINCRBYFLOAT', key, job.lane, exact(-job.charge))
  call('HINCRBYFLOAT', key, 'all', exact(-cost))
  if job.why == 'overdue' then
    call('HINCRBYFLOAT', key, 'overdue', exact(-cost))
  end
end
