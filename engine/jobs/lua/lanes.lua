-- Where queued jobs stand: in the race for a worker, or parked while their person or place has
-- enough in it. Fair queueing by start tags: see docs/schedule.md. Loaded after records.lua.

-- Idle workers.

-- The idle worker that is ready soonest for a need, and how soon.
local function readiest(p, need)
  local key, moment = p .. KEY.IDLE_FOR .. need, now()
  while true do
    local first = call('ZRANGE', key, 0, 0, 'WITHSCORES')
    if not first[1] then
      return nil
    end
    local until_when = call('ZSCORE', p .. KEY.IDLE, first[1])
    if until_when and tonumber(until_when) > moment then
      return first[1], tonumber(first[2])
    end
    call('ZREM', key, first[1])
  end
end

-- Wake the one idle worker that can begin soonest, if there is any. Whoever misses its bell looks
-- again anyway.
local function ring_for(p, job)
  local chosen, least
  for _, variant in ipairs(job.variants) do
    local worker, seconds = readiest(p, variant[1])
    if worker and (not least or seconds < least) then
      chosen, least = worker, seconds
    end
  end
  if chosen then
    call('ZREM', p .. KEY.IDLE, chosen)
    call('LPUSH', p .. KEY.BELL .. chosen, 1)
  end
  return chosen ~= nil
end

-- Tags.

local function virtual_time(p, lane)
  local time = call('HGET', p .. KEY.VIRTUAL, lane)
  if not time then
    call('HSET', p .. KEY.VIRTUAL, lane, 0)
  end
  return tonumber(time) or 0
end

-- The virtual time of every lane that there is.
local function lane_times(p)
  local times, flat = {}, call('HGETALL', p .. KEY.VIRTUAL)
  for i = 1, #flat, 2 do
    times[flat[i]] = tonumber(flat[i + 1])
  end
  return times
end

-- Among equals, who came first is first: jobs are numbered as they come.
local TURN_S = 1e-6

-- Give a job its tag: it starts where its person's last one ends, or now. Further fields of its
-- record are written along with it.
local function tag(p, job, ...)
  local people = p .. KEY.TAGS .. job.lane
  local last = tonumber(call('ZSCORE', people, job.person)) or 0
  job.start = math.max(virtual_time(p, job.lane), last)
  job.score = job.start + job.lead + job.number * TURN_S
  job.entered = now()
  call('ZADD', people, exact(job.start + job.variants[1][2] / job.weight), job.person)
  write(p, job, 'start', exact(job.start), 'score', exact(job.score), 'entered', job.entered, ...)
end

-- Correct what a job has moved its person's tag by. A tag behind the virtual time says nothing.
local function move_tag(p, job, seconds)
  local moved = exact(seconds / job.weight)
  call('ZADD', p .. KEY.TAGS .. job.lane, 'XX', 'INCR', moved, job.person)
end

-- The virtual time follows the job at the head, never one that overtakes it: otherwise whoever is
-- overtaken would lose what they are owed, without bound.
local function advance(p, times, lane, start)
  if start > (times[lane] or 0) then
    times[lane] = start
    call('HSET', p .. KEY.VIRTUAL, lane, exact(start))
    call('ZREMRANGEBYSCORE', p .. KEY.TAGS .. lane, '-inf', exact(start))
  end
end

-- Where jobs are found.

local function add_to_race(p, job)
  local score = exact(job.score)
  for _, variant in ipairs(job.variants) do
    call('ZADD', p .. KEY.READY .. job.lane .. '|' .. variant[1], score, job.id)
    call('ZADD', p .. KEY.ENTERED .. variant[1], job.entered, job.id)
  end
  if job.batch ~= '' then
    call('ZADD', p .. KEY.BATCH .. job.lane .. '|' .. job.batch, score, job.id)
  end
end

local function remove_from_race(p, job)
  for _, variant in ipairs(job.variants) do
    call('ZREM', p .. KEY.READY .. job.lane .. '|' .. variant[1], job.id)
    call('ZREM', p .. KEY.ENTERED .. variant[1], job.id)
  end
  if job.batch ~= '' then
    call('ZREM', p .. KEY.BATCH .. job.lane .. '|' .. job.batch, job.id)
  end
end

local function park(p, job)
  local person, place = owners(job)
  for _, variant in ipairs(job.variants) do
    call('ZADD', p .. KEY.PARKED .. variant[1], job.number, job.id)
  end
  call('ZADD', p .. KEY.PARKED_OF .. person, job.number, job.id)
  call('ZADD', p .. KEY.PARKED_OF .. place, job.number, job.id)
end

local function unpark(p, job)
  local person, place = owners(job)
  for _, variant in ipairs(job.variants) do
    call('ZREM', p .. KEY.PARKED .. variant[1], job.id)
  end
  call('ZREM', p .. KEY.PARKED_OF .. person, job.id)
  call('ZREM', p .. KEY.PARKED_OF .. place, job.id)
end

local function is_parked(job)
  return job.start == nil
end

-- Slots: each owner has as many as its cap says, and jobs in the race or running take them.

local function slots_taken(p, job)
  local taken = call('HMGET', p .. KEY.SLOTS, owners(job))
  return tonumber(taken[1]) or 0, tonumber(taken[2]) or 0
end

local function take_slots(p, job)
  local person, place = owners(job)
  return call('HINCRBY', p .. KEY.SLOTS, person, 1), call('HINCRBY', p .. KEY.SLOTS, place, 1)
end

local function give_slots_back(p, job)
  local person, place = owners(job)
  add_to(p, KEY.SLOTS, person, -1)
  add_to(p, KEY.SLOTS, place, -1)
end

-- Take slots, unless that is over a cap.
local function take_slots_within(p, job, caps)
  local person, place = take_slots(p, job)
  if person <= caps.person_running and place <= caps.place_running then
    return true
  end
  give_slots_back(p, job)
end

local function race(p, job, ...)
  tag(p, job, ...)
  add_to_race(p, job)
end

local function enter_race(p, job)
  take_slots(p, job)
  race(p, job)
end

local function let_in(p, job)
  unpark(p, job)
  enter_race(p, job)
  ring_for(p, job)
end

-- Let the first parked job of an owner into the race whose other owner has room as well.
-- `own` and `other` give the free slots of either for a job. An owner who had a slot free
-- before the one just freed keeps nobody waiting.
local MOST_LOOKED_AT = 32

local function promote(p, owner, own, other)
  for i, id in ipairs(call('ZRANGE', p .. KEY.PARKED_OF .. owner, 0, MOST_LOOKED_AT - 1)) do
    local job = read(p, id)
    local caps, person, place = caps_of(job), slots_taken(p, job)
    local free = {
      person = caps.person_running - person,
      place = caps.place_running - place,
    }
    if free[own] < 1 or (i == 1 and free[own] > 1) then
      return
    elseif free[other] >= 1 then
      let_in(p, job)
      return
    end
  end
end

local function leave_slot(p, job)
  local person, place = owners(job)
  give_slots_back(p, job)
  promote(p, person, 'person', 'place')
  promote(p, place, 'place', 'person')
end

-- Coming and going.

-- Queue a new job, and tell whether a worker was idle; what is given is its record.
local function join_queue(p, job, ...)
  call('ZADD', p .. KEY.QUEUED, job.number, job.id)
  if take_slots_within(p, job, caps_of(job)) then
    race(p, job, ...)
  else
    write(p, job, ...)
    park(p, job)
  end
  return ring_for(p, job)
end

-- A job that lost its worker has waited already: it keeps its tag, its age and its slot.
local function rejoin_queue(p, job)
  call('ZADD', p .. KEY.QUEUED, job.number, job.id)
  add_to_race(p, job)
  ring_for(p, job)
end

-- Take a queued job away for good.
local function leave_queue(p, job)
  call('ZREM', p .. KEY.QUEUED, job.id)
  if is_parked(job) then
    unpark(p, job)
    return
  end
  remove_from_race(p, job)
  move_tag(p, job, -job.variants[1][2])
  leave_slot(p, job)
end
